import { z } from 'zod';
import type { FamilyManifest } from '../../libs/models/family.js';

/** A training that lasts keeps no processor busy: what happens to a job meanwhile can be seen beside other tests. */
const settings = z.strictObject({
  versions: z.int().min(1).max(3).default(1),
  epochs: z.int().min(1).max(1_000).default(1),
  epochMs: z.int().min(0).max(1_000).default(0),
});

export type MeanSettings = z.output<typeof settings>;

/** What its registries would know of it; a family of the product needs no such cast. */
export const meanManifest = {
  task: 'guessing',
  summary: 'Means of numbers',
  inputs: { numbers: { kind: 'numbers', isRequired: true, summary: 'What to guess from' } },
  recipes: {
    mean: {
      summary: 'The mean',
      settings,
      memoryBytes: (_: unknown, { numbers }: Record<string, { rows: number }>) => 8 * numbers!.rows,
    },
  },
} as unknown as FamilyManifest;
