import { z } from 'zod';

/** How much each event of a user counts. */
const weighting = {
  eventWeights: z
    .record(z.string(), z.number().min(0).max(100))
    .default({})
    .describe(
      'Weight of each event type, such as {"view": 1, "purchase": 5}. Types that are not named weigh 1; 0 leaves a type out.',
    ),
  halfLifeDays: z
    .number()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('Days after which an event counts half, seen from the latest one. 0 lets all count alike.'),
  confidence: z
    .enum(['none', 'linear', 'log'])
    .default('none')
    .describe(
      'Whether the values of the interactions (ratings, counts, minutes) raise their weight: not at all, in proportion or with the logarithm. Values below 0 count as 0.',
    ),
  confidenceScale: z
    .number()
    .min(0.001)
    .max(1_000)
    .default(1)
    .describe('How fast confidence grows: a pair weighs 1 + this × its values (or their logarithm).'),
};
const recency = {
  recency: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      "Weight of each item of a user's history relative to the next newer one. 1 treats all alike, 0 looks at the last alone. Needs timestamps.",
    ),
};
const factors = z
  .int()
  .min(8)
  .max(256)
  .default(64)
  .describe(
    'Length of the vector learnt for each user and item. More captures finer tastes and costs time and memory.',
  );
const neighbours = z
  .int()
  .min(1)
  .max(2_000)
  .default(200)
  .describe('Most similar ones kept of each. More is finer, larger and slower.');
const similarity = {
  similarity: z
    .enum(['cosine', 'bm25', 'tf-idf', 'asymmetric'])
    .default('cosine')
    .describe(
      'How likeness is measured: cosine; the same after weighing down busy rows by BM25 or TF-IDF; or cosine that leans to one side.',
    ),
  shrinkage: z
    .number()
    .min(0)
    .max(1_000)
    .default(10)
    .describe('Doubt about likeness that few interactions support: added to the denominator.'),
  asymmetry: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe(
      'Only for asymmetric: 0.5 is cosine, more punishes common starting points and less common recommendations.',
    ),
  neighbours,
};
const als = {
  factors,
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
    .max(100)
    .default(1)
    .describe('Pull of every vector towards zero. Raise it when the model fits noise, which small data sets invite.'),
  regularizationExponent: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .describe('How much harder the pull is on busy users and items: 0 treats all alike, 1 grows with their activity.'),
};

/**
 * Settings of iALS; names in docs and console are these keys. The defaults are a compromise found with 64 factors over
 * sets of 1,400 to 810,000 interactions; the low exponent is what lets one regularization suit them all.
 */
export const ialsSettings = z.strictObject({
  ...als,
  solver: z
    .enum(['conjugate-gradient', 'cholesky'])
    .default('conjugate-gradient')
    .describe('Conjugate gradient is fast and near enough; Cholesky is exact and slow above 64 factors.'),
  steps: z.int().min(1).max(20).default(2).describe('Only for conjugate gradient: its steps in each sweep.'),
  ...weighting,
});
export const ialsPlusPlusSettings = z.strictObject({
  ...als,
  blockSize: z
    .int()
    .min(16)
    .max(256)
    .multipleOf(16)
    .default(32)
    .describe('Factors solved together; fewer is faster and takes more sweeps. A multiple of 16.'),
  ...weighting,
});
export const bprSettings = z.strictObject({
  factors,
  epochs: z.int().min(1).max(500).default(60).describe('Visits of every interaction.'),
  learningRate: z.number().min(0.0001).max(1).default(0.05).describe('Size of each step.'),
  regularization: z.number().min(0).max(1).default(0.005).describe('Pull of every vector towards zero.'),
});
export const easeSettings = z.strictObject({
  regularization: z
    .number()
    .min(0.1)
    .max(100_000)
    .default(250)
    .describe('Pull of the weights between items towards zero. Larger data sets want more.'),
  neighbours: neighbours.default(500),
  ...recency,
  ...weighting,
});
export const slimSettings = z.strictObject({
  l1: z.number().min(0).max(1_000).default(0.5).describe('Keeps the weights between items few: the larger, the fewer.'),
  l2: z
    .number()
    .min(0.1)
    .max(100_000)
    .default(100)
    .describe('Pull of the weights between items towards zero. Larger data sets want more.'),
  neighbours: neighbours.default(500),
  ...recency,
  ...weighting,
});
export const itemKnnSettings = z.strictObject({ ...similarity, ...recency, ...weighting });
export const userKnnSettings = z.strictObject({ ...similarity, ...recency, ...weighting });
export const rp3betaSettings = z.strictObject({
  alpha: z
    .number()
    .min(0)
    .max(3)
    .default(1)
    .describe('Sharpens the steps of the walk from item to user to item: above 1 favours likely ones.'),
  beta: z
    .number()
    .min(0)
    .max(2)
    .default(0.2)
    .describe('How much popular items are held back: 0 not at all, 1 in proportion to their popularity.'),
  neighbours: neighbours.default(500),
  ...recency,
  ...weighting,
});
export const markovSettings = z.strictObject({
  window: z.int().min(1).max(20).default(3).describe('How many items after one another still count as following it.'),
  distanceDecay: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Weight of each further step within the window relative to the one before.'),
  recency: recency.recency.default(0.3),
  cooccurrence: z
    .number()
    .min(0)
    .max(10)
    .default(0.5)
    .describe('Weight of what is liked by the same users, whatever the order, against 1 for what follows.'),
  popularityPenalty: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('How much popular items are held back: 0 not at all, 1 in proportion to their popularity.'),
  shrinkage: similarity.shrinkage,
  neighbours,
});
export const explicitMfSettings = z.strictObject({
  factors: factors.default(32),
  epochs: z.int().min(1).max(500).default(60).describe('Visits of every rating.'),
  learningRate: z.number().min(0.0001).max(0.5).default(0.003).describe('Size of each step.'),
  regularization: z.number().min(0).max(10).default(0.1).describe('Pull of every vector and bias towards zero.'),
  implicitTerm: z
    .boolean()
    .default(true)
    .describe('Also learns from which items a user rated, whatever the ratings (SVD++).'),
});
export const trendingSettings = z.strictObject({
  halfLifeDays: z.number().min(0.01).max(3_650).default(14).describe('Days after which an event counts half.'),
  eventWeights: weighting.eventWeights,
});
const neural = {
  epochs: z.int().min(1).max(500).default(100).describe('Passes over the data at most.'),
  patience: z
    .int()
    .min(1)
    .max(100)
    .default(8)
    .describe('Passes without a better validation metric after which training ends.'),
  learningRate: z.number().min(1e-5).max(0.1).default(0.001).describe('Size of the steps (Adam).'),
  dropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.4)
    .describe('Share of the signals that is left out at random in training.'),
};
export const sequenceSettings = z.strictObject({
  factors: z.int().min(16).max(256).multipleOf(16).default(64).describe('Length of the vectors, a multiple of 16.'),
  layers: z.int().min(1).max(4).default(2).describe('Blocks of self-attention.'),
  heads: z
    .union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)])
    .default(2)
    .describe('Heads of each block.'),
  length: z.int().min(2).max(200).default(50).describe('How many of the latest items count.'),
  batchSize: z.int().min(8).max(4_096).default(128).describe('Sequences a step.'),
  candidates: z
    .int()
    .min(16)
    .max(100_000)
    .default(20_000)
    .describe('Items that the right one is compared with; the whole catalogue where that is not larger.'),
  ...neural,
});
export const embeddingMfSettings = z.strictObject({
  factors: z.int().min(1).max(512).default(64).describe('Length of the vectors.'),
  epochs: z.int().min(1).max(500).default(10).describe('Passes over the data.'),
  batchSize: z.int().min(16).max(65_536).default(512).describe('Ratings a step.'),
  learningRate: z.number().min(1e-5).max(0.1).default(0.001).describe('Size of the steps (Adam).'),
  adam: z
    .enum(['lazy', 'dense'])
    .default('lazy')
    .describe('Whether a step moves the rows of its batch alone, or every row as TensorFlow.js does.'),
  implementation: z
    .enum(['fused', 'layers'])
    .default('fused')
    .describe('One kernel for the whole step, or the layers of TensorFlow.js, whose Adam is dense.'),
});
export const hybridSettings = z.strictObject({
  generators: z
    .array(z.enum(['ials', 'rp3beta', 'item-knn', 'ease', 'markov']))
    .min(1)
    .max(4)
    .default(['rp3beta', 'ials'])
    .describe('Recipes that propose candidates, with their default settings.'),
  candidates: z.int().min(10).max(1_000).default(100).describe('Candidates of each generator.'),
  goal: z
    .enum(['taste', 'next'])
    .default('taste')
    .describe("What the order is learnt from: a random part of each user's items, or the last one."),
});
export const twoTowerSettings = z.strictObject({
  factors: sequenceSettings.shape.factors,
  epochs: z.int().min(1).max(500).default(15).describe('Passes over the data.'),
  batchSize: z
    .int()
    .min(16)
    .max(16_384)
    .default(512)
    .describe('Pairs a step; their items are compared with each other.'),
  candidates: z
    .int()
    .min(0)
    .max(100_000)
    .default(2_048)
    .describe('Items drawn to be compared with next to those of the batch.'),
  temperature: z.number().min(0.01).max(1).default(0.2).describe('The lower, the more the hardest comparisons count.'),
  idDropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.1)
    .describe(
      'Share of the ids that is hidden in training, so that attributes learn to speak for new users and items.',
    ),
  learningRate: z.number().min(1e-5).max(0.1).default(0.003).describe('Size of the steps (Adam).'),
});
/** Popularity and random have nothing to set. */
export const noSettings = z.strictObject({});
export const autoSettings = z.strictObject({
  budgetSeconds: z
    .int()
    .min(5)
    .max(86_400)
    .default(600)
    .describe(
      'The most work for the search, in seconds of an idle machine; it ends sooner where it has stopped paying. The defaults of every recipe that suits the data are measured in any case, and the final fits come on top.',
    ),
  goal: z
    .enum(['automatic', 'taste', 'next'])
    .default('automatic')
    .describe(
      "What is to be predicted: the rest of a user's taste, or what the user does next. Automatic decides by whether the order in time says anything.",
    ),
});

export type Weighting = z.infer<z.ZodObject<typeof weighting>>;
export type Recency = z.infer<z.ZodObject<typeof recency>>;
export type Similarity = z.infer<z.ZodObject<typeof similarity>>;
export type IalsSettings = z.infer<typeof ialsSettings>;
export type IalsPlusPlusSettings = z.infer<typeof ialsPlusPlusSettings>;
export type BprSettings = z.infer<typeof bprSettings>;
export type EaseSettings = z.infer<typeof easeSettings>;
export type SlimSettings = z.infer<typeof slimSettings>;
export type KnnSettings = z.infer<typeof itemKnnSettings>;
export type Rp3betaSettings = z.infer<typeof rp3betaSettings>;
export type MarkovSettings = z.infer<typeof markovSettings>;
export type ExplicitMfSettings = z.infer<typeof explicitMfSettings>;
export type EmbeddingMfSettings = z.infer<typeof embeddingMfSettings>;
export type HybridSettings = z.infer<typeof hybridSettings>;
export type TwoTowerSettings = z.infer<typeof twoTowerSettings>;
export type SequenceSettings = z.infer<typeof sequenceSettings>;
export type TrendingSettings = z.infer<typeof trendingSettings>;
export type AutoSettings = z.infer<typeof autoSettings>;

/** No weights, no decay, no confidence: every distinct pair counts 1. */
export const PLAIN_WEIGHTING: Weighting = { eventWeights: {}, halfLifeDays: 0, confidence: 'none', confidenceScale: 1 };
