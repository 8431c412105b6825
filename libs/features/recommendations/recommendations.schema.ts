import { z } from 'zod';

export const recommendSchema = z.object({
  userId: z.string().min(1).max(256).describe('The user id of your interactions'),
  limit: z.int().min(1).max(100).default(10),
  excludeSeen: z.boolean().default(true).describe('Leave out items that the user has interactions with'),
});

export const recommendationsSchema = z
  .object({
    recommendationId: z.uuid().describe('Name it in later interactions to attribute them'),
    modelVersionId: z.uuid(),
    source: z.enum(['model', 'popularity']).describe('What ranked the items'),
    fallbackReason: z.enum(['unknown_user']).optional().describe('Why popularity answered in place of the model'),
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
