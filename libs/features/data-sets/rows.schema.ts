import { z } from 'zod';
import { queryNumber } from '../../platform/http/page.js';
import { textSchema } from '../../platform/http/text.js';

export const rowsQuerySchema = z.strictObject({
  limit: queryNumber(z.int().min(1).max(100)).default(50),
  cursor: queryNumber(z.int().min(1))
    .optional()
    .describe('`nextCursor` of the page before, with the same search and order'),
  part: z
    .enum(['file', 'added'])
    .optional()
    .describe(
      'Of interactions and texts: `file` for the rows of the file, `added` for those that came by themselves, such as events, the newest first; by default those of the file where there is one. Items and users are one list',
    ),
  search: textSchema
    .max(256)
    .optional()
    .describe(
      'What one of the ids of a row starts with, in this case, or an attribute contains in any case; of rows without ids, what their text contains',
    ),
  sort: textSchema
    .max(256)
    .optional()
    .describe(
      'A column or an attribute that the rows are ordered by; by default they come as in their file, or the newest first',
    )
    .meta({ examples: ['timestamp'] }),
  order: z
    .enum(['desc', 'asc'])
    .default('desc')
    .describe('Of `sort`: the highest or last first, or the other way round'),
  countedBy: z
    .uuid()
    .optional()
    .describe('Data set of interactions, whose rows are counted for each item of a data set of items'),
});

export const rowsSchema = z
  .object({
    data: z.array(
      z.object({
        place: z
          .int()
          .positive()
          .describe('Among the rows of the file that were accepted, from 1; of added rows among those that were found'),
        values: z
          .record(z.string(), z.unknown())
          .describe('As the data set holds them: the columns of its kind, times in Unix seconds, then the attributes'),
        interactions: z.int().min(0).optional().describe('That `countedBy` holds with it'),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({
    id: 'DataSetRows',
    examples: [
      {
        data: [{ place: 1, values: { user_id: 'user-42', item_id: 'film-7', value: 5, timestamp: 1764000000 } }],
        nextCursor: '1',
      },
    ],
  });

export const verdictSchema = z.object({
  isEnough: z.boolean(),
  because: z.array(z.string()).describe('Why, in sentences'),
});

const figuresSchema = z.record(
  z.string(),
  z.object({
    meaning: z.string(),
    type: z.enum(['count', 'share', 'time']).describe('`share`: 0 to 1'),
    value: z.union([z.number(), z.iso.datetime()]).nullable(),
  }),
);

export const qualitySchema = z
  .object({
    verdict: verdictSchema
      .nullable()
      .describe('Whether the rows are enough to train a model; null while there are none'),
    findings: z
      .array(
        z.object({
          code: z.string(),
          sentence: z.string(),
          parameters: z.record(z.string(), z.number()),
          blocks: z.boolean().describe('Whether a training is refused for it, unless it is asked for all the same'),
        }),
      )
      .describe('What is worth changing before a model learns from the rows; empty where all is well'),
    rows: z.int().min(0).describe('That a model would learn from: those of the file and those that came by themselves'),
    statistics: figuresSchema.describe('Figures of the rows by name, in the order in which they are shown'),
    report: figuresSchema.describe('Further figures, likewise'),
    distributions: z
      .record(
        z.string(),
        z.object({
          meaning: z.string(),
          labels: z.enum(['days', 'texts']).describe('`days`: each label is the UTC day with which its bar begins'),
          bars: z.array(z.object({ label: z.string(), count: z.int().min(0) })),
        }),
      )
      .describe('By name, in the order in which they are shown'),
  })
  .meta({
    id: 'DataSetQuality',
    examples: [
      {
        verdict: {
          isEnough: false,
          because: ['There are 214 interactions; below 1000 a recommender rarely beats popularity.'],
        },
        findings: [
          {
            code: 'few_interactions',
            sentence: 'There are 214 interactions; below 1000 a recommender rarely beats popularity.',
            parameters: { rows: 214, least: 1_000 },
            blocks: true,
          },
        ],
        rows: 214,
        statistics: { users: { meaning: 'Distinct users', type: 'count', value: 40 } },
        report: { duplicates: { meaning: 'Interactions that repeat another in everything', type: 'count', value: 3 } },
        distributions: {
          overTime: {
            meaning: 'Interactions over time',
            labels: 'days',
            bars: [{ label: '2026-11-23', count: 214 }],
          },
        },
      },
    ],
  });

export type RowsQuery = z.infer<typeof rowsQuerySchema>;
export type Rows = z.infer<typeof rowsSchema>;
export type Quality = z.infer<typeof qualitySchema>;
