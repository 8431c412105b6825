import { z } from 'zod';
import type { Task } from '../../libs/models/tasks/task.js';

export const meanRequestSchema = z.object({ times: z.number().default(1) });
export const meanSchema = z.object({ mean: z.number() });

const meters = { means: { most: () => 1, used: () => 1 } };

export const guessing = {
  summary: 'What a number is likely to be',
  operations: {
    means: {
      summary: 'Says the mean',
      request: meanRequestSchema,
      answer: meanSchema,
      meters,
    },
    // That its one family cannot carry out.
    medians: { summary: 'Says the median', request: z.object({}), answer: meanSchema, meters },
  },
  metrics: { error: { meaning: 'Mean distance to the guess', better: 'lower' } },
  verdictBy: 'error',
  baselines: ['zero'],
  report: z.object({ largest: z.number() }),
} satisfies Task;
