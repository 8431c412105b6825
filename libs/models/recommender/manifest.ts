import { z } from 'zod';
import type { FamilyManifest } from '../family.js';

/**
 * Settings of iALS; names in docs and console are these keys. The defaults are a compromise found with 64 factors over
 * sets of 1,400 to 810,000 interactions; the low exponent is what lets one regularization suit them all.
 */
export const ialsSettings = z.strictObject({
  factors: z
    .int()
    .min(8)
    .max(256)
    .default(64)
    .describe(
      'Length of the vector learnt for each user and item. More captures finer tastes and costs time and memory.',
    ),
  epochs: z
    .int()
    .min(1)
    .max(50)
    .default(10)
    .describe('Sweeps over all users and items. Quality settles after about 10.'),
  unobservedWeight: z
    .number()
    .min(0.0001)
    .max(10)
    .default(0.01)
    .describe(
      'How strongly an item that a user never touched counts as a dislike, against 1 for a touched one. Larger catalogues want less.',
    ),
  regularization: z
    .number()
    .min(0.00001)
    .max(10)
    .default(1)
    .describe('Pull of every vector towards zero. Raise it when the model fits noise, which small data sets invite.'),
  regularizationExponent: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .describe('How much harder the pull is on busy users and items: 0 treats all alike, 1 grows with their activity.'),
});

/** Popularity has nothing to set. */
export const popularitySettings = z.strictObject({});

export type IalsSettings = z.infer<typeof ialsSettings>;

/** The family of recommenders that learn from user and item pairs alone. */
export const recommenderManifest = {
  key: 'recommender',
  task: 'ranking',
  recipes: {
    ials: {
      summary: 'Matrix factorisation for implicit feedback (iALS): personal ranking from who touched what.',
      settings: ialsSettings,
    },
    popularity: {
      summary: 'The items that most users touched, the same for everyone: a baseline and a safe start.',
      settings: popularitySettings,
    },
  },
  metrics: {
    'recall@20': "Share of a user's held-out items found among the first 20 recommended, averaged over users.",
    'ndcg@20':
      'Held-out items found among the first 20, earlier ones counting more (1/log2(rank+1)), relative to the best possible order, averaged over users.',
    'ndcg@100': 'The same as ndcg@20 over the first 100.',
    'coverage@20': "Share of the catalogue that appears in at least one evaluated user's first 20.",
  },
} satisfies FamilyManifest;
