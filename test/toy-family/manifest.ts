import { z } from 'zod';
import type { FamilyManifest } from '../../libs/models/family.js';

/** What its registries would know of it; a family of the product needs no such cast. */
export const meanManifest = {
  task: 'guessing',
  summary: 'Means of numbers',
  inputs: { numbers: { kind: 'numbers', isRequired: true, summary: 'What to guess from' } },
  recipes: {
    mean: {
      summary: 'The mean',
      settings: z.strictObject({ versions: z.int().min(1).max(3).default(1) }),
      memoryBytes: (_: unknown, { numbers }: Record<string, { rows: number }>) => 8 * numbers!.rows,
    },
  },
} as unknown as FamilyManifest;
