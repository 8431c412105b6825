import { z } from 'zod';
import { recommendationSchema, type recommendSchema } from '../../models/tasks/recommendation/task.js';

export { recommendSchema } from '../../models/tasks/recommendation/task.js';

export const recommendationsSchema = z
  .object({
    recommendationId: z.uuid().describe('Name it in later interactions to attribute them'),
    modelVersionId: z.uuid(),
    ...recommendationSchema.shape,
  })
  .meta({ id: 'Recommendations' });

export type Recommend = z.infer<typeof recommendSchema>;
export type Recommendations = z.infer<typeof recommendationsSchema>;
