import { setTimeout } from 'node:timers/promises';
import { type Trainer, type TrainerOptions, training, TrainingInputError } from '../../libs/models/family.js';
import { writeSafetensors } from '../../libs/models/safetensors.js';
import type { Sources } from '../../libs/models/training/sources.js';
import type { MeanSettings } from './manifest.js';

async function readNumbers(sources: Sources): Promise<number[]> {
  const numbers: number[] = [];
  for await (const [values] of sources.read('SELECT number FROM numbers')) numbers.push(...(values as number[]));
  return numbers;
}

function createTrainer(numbers: number[], { settings, signal, checkpoint }: TrainerOptions): Trainer {
  if (numbers.includes(13)) throw new TrainingInputError('13 cannot be learnt from: leave it out.');
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const errorOf = (guess: number) =>
    numbers.reduce((sum, number) => sum + Math.abs(number - guess), 0) / numbers.length;
  const { versions, epochs, epochMs } = settings as MeanSettings;
  let epoch = checkpoint ? Number(Buffer.from(checkpoint).toString()) : 0;
  return {
    get done() {
      return epoch === epochs;
    },
    async epoch() {
      await setTimeout(epochMs, undefined, { signal });
      epoch++;
      const measured = { loss: null, validation: null, examplesPerSecond: null, trial: null };
      return { phase: 'fitting', progress: epoch / epochs, epoch, epochs, ...measured };
    },
    checkpoint: async () => Uint8Array.from(Buffer.from(`${epoch}`)),
    finalize: async () => ({
      versions: Array.from({ length: versions }, (_, i) => ({
        recipe: 'mean',
        artifact: writeSafetensors({
          metadata: { format: 'toy' },
          tensors: { mean: { shape: [1], array: Float32Array.of(mean + i) } },
        }),
        result: {
          values: { error: errorOf(mean + i) },
          baselines: { zero: { error: errorOf(0) } },
          intervals: {},
          evaluated: { of: 'numbers', count: numbers.length },
        },
        report: { largest: Math.max(...numbers) },
      })),
      warnings: [],
    }),
  };
}

export const startMean = training(readNumbers, createTrainer);
