import { z } from 'zod';
import { recommendationSchema, type recommendSchema } from '../../models/tasks/recommendation/task.js';
import { EXAMPLE_IDS } from '../../platform/http/examples.js';

export { recommendSchema } from '../../models/tasks/recommendation/task.js';

export const recommendationsSchema = z
  .object({
    recommendationId: z.uuid().describe('Name it in later interactions to attribute them'),
    modelVersionId: z.uuid(),
    ...recommendationSchema.shape,
  })
  .meta({
    id: 'Recommendations',
    examples: [
      {
        recommendationId: EXAMPLE_IDS.call,
        modelVersionId: EXAMPLE_IDS.modelVersion,
        source: 'model',
        items: [
          { itemId: 'lamp', score: 0.8874, rank: 1, attributes: { title: 'Desk lamp' } },
          { itemId: 'chair', score: 0.8512, rank: 2, attributes: { title: 'Chair' } },
        ],
      },
    ],
  });

export type Recommend = z.infer<typeof recommendSchema>;
export type Recommendations = z.infer<typeof recommendationsSchema>;
