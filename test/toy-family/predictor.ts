import { readSafetensors } from '../../libs/models/safetensors.js';

export async function loadMean(bytes: Uint8Array) {
  const [mean] = readSafetensors(bytes).tensors['mean']!.array;
  return {
    byteLength: bytes.byteLength,
    means: async ({ times }: { times: number }) => ({ mean: mean! * times }),
  };
}
