import type { Tensor } from '@tensorflow/tfjs-core';

/** The tensor's values; disposes of it. Lets the event loop have its turn, which a backend on the processor alone would not. */
export async function valuesOf(tensor: Tensor): Promise<Float32Array> {
  const [values] = await Promise.all([tensor.data<'float32'>(), new Promise((resolve) => setImmediate(resolve))]);
  tensor.dispose();
  return values;
}
