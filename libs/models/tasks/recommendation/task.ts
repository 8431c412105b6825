import { z } from 'zod';
import { searchReportSchema } from '../search-report.js';
import type { Task } from '../task.js';

/** As long as an id of an uploaded row may be: test/architecture/bounds.spec.ts holds it against the platform's bound. */
export const ID_CHARACTERS_MAX = 256;

export const recommendSchema = z
  .object({
    userId: z
      .string()
      .min(1)
      .max(ID_CHARACTERS_MAX)
      .optional()
      .describe('The user id of your interactions; may be absent where personalized is false'),
    limit: z.int().min(1).max(100).default(10),
    excludeSeen: z.boolean().default(true).describe('Leave out items that the user has interactions with'),
    personalized: z
      .boolean()
      .default(true)
      .describe(
        "False answers with what is popular and without any of the person's data, for people who do not want to be profiled",
      ),
  })
  .refine(({ userId, personalized }) => userId !== undefined || !personalized, {
    path: ['userId'],
    message: 'is missing',
  })
  .meta({ examples: [{ userId: '42', limit: 10, excludeSeen: true, personalized: true }] });

export const recommendationSchema = z.object({
  source: z.enum(['model', 'popularity']).describe('What ranked the items'),
  fallbackReason: z
    .enum(['unknown_user', 'nothing_learnt'])
    .optional()
    .describe(
      'Why popularity answered in place of the model: it never saw the user, or learnt nothing of what the user did',
    ),
  items: z.array(
    z.object({
      itemId: z.string(),
      score: z.number().describe('Comparable within one answer only'),
      rank: z.int().positive(),
      attributes: z.record(z.string(), z.string()).optional().describe('From the items data set'),
    }),
  ),
});

export const recommendationReportSchema = z.object({
  search: searchReportSchema.describe('How the recipe was chosen'),
});

/** Which items to show to whom. */
export const recommendation = {
  summary: 'Which items to show to whom',
  operations: {
    recommendations: {
      summary: 'Recommends items for a user',
      request: recommendSchema,
      answer: recommendationSchema,
      person: 'userId',
      meters: {
        recommendation_requests: { most: () => 1, used: () => 1 },
        recommended_items: {
          most: ({ limit }: RecommendRequest) => limit,
          used: (_: RecommendRequest, { items }: RecommendResult) => items.length,
        },
      },
    },
  },
  metrics: {
    'recall@20': {
      meaning: "Share of a user's held-out items found among the first 20 recommended, averaged over users.",
      better: 'higher',
    },
    'ndcg@20': {
      meaning:
        'Held-out items found among the first 20, earlier ones counting more (1/log2(rank+1)), relative to the best possible order, averaged over users.',
      better: 'higher',
    },
    'ndcg@100': { meaning: 'The same as ndcg@20 over the first 100.', better: 'higher' },
    'ndcg@10': { meaning: 'The same as ndcg@20 over the first 10.', better: 'higher' },
    'precision@20': {
      meaning: 'Share of the first 20 recommended that are held-out items, averaged over users.',
      better: 'higher',
    },
    'map@20': {
      meaning:
        'Precision at each held-out item among the first 20, summed and divided by the most that could be there, averaged over users.',
      better: 'higher',
    },
    'mrr@20': {
      meaning: 'One divided by the rank of the first held-out item, 0 beyond 20, averaged over users.',
      better: 'higher',
    },
    'hitRate@10': { meaning: 'Share of users with a held-out item among the first 10.', better: 'higher' },
    'hitRate@20': { meaning: 'Share of users with a held-out item among the first 20.', better: 'higher' },
    auc: {
      meaning: 'Chance that a held-out item ranks above one that the user never touched, averaged over users.',
      better: 'higher',
    },
    'coverage@20': {
      meaning: "Share of the catalogue that appears in at least one evaluated user's first 20.",
      better: 'higher',
    },
    'gini@20': {
      meaning: "How unevenly the items share the evaluated users' first 20: 0 is even, 1 is one item for all.",
      better: 'lower',
    },
    'novelty@20': {
      meaning: 'How little known the first 20 are: −log2 of the share of users who touched each, averaged.',
      better: 'higher',
    },
    rmse: {
      meaning:
        'Root of the mean squared error of predicted ratings; next to it, that of the average rating of each item.',
      better: 'lower',
    },
    mae: {
      meaning: 'Mean absolute error of predicted ratings; next to it, that of the average rating of each item.',
      better: 'lower',
    },
  },
  verdictBy: 'ndcg@100',
  baselines: ['popularity'],
  report: recommendationReportSchema,
} satisfies Task;

/** `personalized` defaults to true. */
export type RecommendRequest = Omit<z.output<typeof recommendSchema>, 'personalized'> & { personalized?: boolean };
export type RecommendResult = z.output<typeof recommendationSchema>;
