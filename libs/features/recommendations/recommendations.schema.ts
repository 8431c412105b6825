import { z } from 'zod';
import { ID_CHARACTERS_MAX } from '../../platform/bounds.js';

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
  });

export const recommendationsSchema = z
  .object({
    recommendationId: z.uuid().describe('Name it in later interactions to attribute them'),
    modelVersionId: z.uuid(),
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
  })
  .meta({ id: 'Recommendations' });

export type Recommend = z.infer<typeof recommendSchema>;
export type Recommendations = z.infer<typeof recommendationsSchema>;
