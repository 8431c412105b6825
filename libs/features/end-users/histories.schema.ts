import { z } from 'zod';
import { EXAMPLE_TIME } from '../../platform/http/examples.js';
import { queryNumber } from '../../platform/http/page.js';

export const knownUsersQuerySchema = z.strictObject({
  order: z
    .enum(['random', 'busiest', 'newest'])
    .default('random')
    .describe('Some at random, other ones each time; those with the most rows; or those whose first row is the latest'),
  limit: queryNumber(z.int().min(1).max(100)).default(20),
});

export const historyQuerySchema = z.strictObject({
  limit: queryNumber(z.int().min(1).max(100)).default(20),
  describedBy: z.uuid().optional().describe('Data set whose rows describe the things that the user did something with'),
});

const time = z.iso.datetime().nullable();

export const knownUsersSchema = z
  .object({
    data: z.array(
      z.object({
        userId: z.string(),
        rows: z.int().positive(),
        firstAt: time.describe('Of the earliest row; null where none has a time'),
        lastAt: time.describe('Of the latest row'),
      }),
    ),
  })
  .meta({
    id: 'KnownUsers',
    examples: [{ data: [{ userId: '42', rows: 18, firstAt: '2026-09-01T08:00:00.000Z', lastAt: EXAMPLE_TIME }] }],
  });

export const historySchema = z
  .object({
    userId: z.string(),
    rows: z.int().positive().describe('That the data set holds of the user'),
    latest: z
      .array(
        z.object({
          row: z.record(z.string(), z.unknown()).describe('As the data set holds it, by the columns of its kind'),
          attributes: z
            .record(z.string(), z.string())
            .optional()
            .describe('Of the thing, from the data set that `describedBy` names'),
        }),
      )
      .describe('Latest first; in any order where rows have no time'),
  })
  .meta({
    id: 'UserHistory',
    examples: [
      {
        userId: '42',
        rows: 18,
        latest: [{ row: { user_id: '42', item_id: 'lamp', value: 5 }, attributes: { title: 'Desk lamp' } }],
      },
    ],
  });

export type KnownUsersQuery = z.infer<typeof knownUsersQuerySchema>;
export type HistoryQuery = z.infer<typeof historyQuerySchema>;
export type KnownUsers = z.infer<typeof knownUsersSchema>;
export type History = z.infer<typeof historySchema>;
