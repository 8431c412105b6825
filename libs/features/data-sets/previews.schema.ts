import { z } from 'zod';
import type { KindKey } from '../../models/kinds/kinds.js';
import { queryNumber } from '../../platform/http/page.js';
import { COLUMN_TYPES } from './column-types.js';
import { kindSchema, type UploadQuery, uploadQuerySchema } from './data-sets.schema.js';

/** As an upload's, and how large the file is whose start is sent. */
export const previewQuerySchema = uploadQuerySchema.extend({
  fileBytes: queryNumber(z.int().min(0))
    .optional()
    .describe('Size of the whole file, where only its start is sent')
    .meta({ examples: [1_820_331] }),
});

export const anyPreviewQuerySchema = previewQuerySchema.extend({
  kind: kindSchema.optional().describe('Of the rows; guessed by the headers unless you say it'),
});

const count = z.int().nonnegative();

export const previewSchema = z
  .object({
    kind: z.string().describe('Of the rows: that of the data set, or as it was said or guessed'),
    problem: z.string().nullable().describe('Why the file cannot be imported like this; null where it can'),
    unseen: z
      .string()
      .nullable()
      .describe('Why nothing of it can be shown before it is imported; null where something is'),
    isWhole: z.boolean().describe('Whether all of the file was sent, so that what is said of its rows holds for all'),
    format: z.enum(['CSV', 'JSON', 'Parquet']).nullable(),
    compression: z.enum(['gzip', 'zstd', 'zip']).nullable(),
    encoding: z.string().nullable().describe('Of text'),
    delimiter: z.string().nullable().describe('Of CSV'),
    decimal: z
      .enum(['point', 'comma', 'either'])
      .nullable()
      .describe('What stands before decimals, where numbers have a comma; `either` where you have to say it'),
    dates: z
      .enum(['day_first', 'month_first', 'either'])
      .nullable()
      .describe('How dates such as 03/04/2020 are written, where there are such; `either` where you have to say it'),
    rows: count.describe('Of the file; an estimate where only its start was sent'),
    rowsAccepted: count.describe('Of the part that was sent'),
    rowsRejected: count.describe('Of the part that was sent'),
    missing: z.array(z.string()).describe('Columns of the kind that the file needs, and no header seems to hold'),
    columnMapping: z
      .record(z.string(), z.string())
      .describe('As the file was read here: upload it with these in the query, and it is imported like that'),
    columns: z.array(
      z.object({
        header: z.string(),
        column: z
          .string()
          .nullable()
          .describe('Of the kind, that it holds; null for an attribute and what is not read'),
        foundBy: z
          .enum(['mapping', 'kept', 'spelling', 'guess'])
          .nullable()
          .describe(
            'What was said now, or with the file before; its spelling; or a guess, which no upload makes by itself',
          ),
        type: z.enum(COLUMN_TYPES).describe('Of its cells: as the column has it, or as they look'),
        attribute: z.string().nullable().describe('What an attribute is known to hold, such as `published_at`'),
      }),
    ),
    data: z
      .array(
        z.object({
          row: z.int().positive().describe('Line of the file, or the number of the row, as for an import'),
          cells: z.array(z.string().nullable()).describe('The start of each, in the order of `columns`'),
          problems: z.array(
            z.object({
              header: z.string().nullable().describe('Null where the whole row is wrong'),
              message: z.string(),
            }),
          ),
        }),
      )
      .describe('The first 50 rows'),
  })
  .meta({
    id: 'Preview',
    examples: [
      {
        kind: 'interactions',
        problem: null,
        unseen: null,
        isWhole: true,
        format: 'CSV',
        compression: null,
        encoding: 'utf-8',
        delimiter: ',',
        decimal: null,
        dates: null,
        rows: 1,
        rowsAccepted: 0,
        rowsRejected: 1,
        missing: [],
        columnMapping: { user_id: 'customer', item_id: 'item_id', value: 'rating' },
        columns: [
          { header: 'customer', column: 'user_id', foundBy: 'guess', type: 'id', attribute: null },
          { header: 'item_id', column: 'item_id', foundBy: 'spelling', type: 'id', attribute: null },
          { header: 'rating', column: 'value', foundBy: 'spelling', type: 'number', attribute: null },
        ],
        data: [
          {
            row: 2,
            cells: ['42', 'lamp', 'five'],
            problems: [{ header: 'rating', message: '"five" is not a finite number' }],
          },
        ],
      },
    ],
  });

export type Preview = z.infer<typeof previewSchema>;

/** Of a file in which nothing was found yet. */
export const NOTHING_SEEN: Preview = {
  kind: 'interactions',
  problem: null,
  unseen: null,
  isWhole: false,
  format: null,
  compression: null,
  encoding: null,
  delimiter: null,
  decimal: null,
  dates: null,
  rows: 0,
  rowsAccepted: 0,
  rowsRejected: 0,
  missing: [],
  columnMapping: {},
  columns: [],
  data: [],
};

/** Next to the names of columns with their headers, which the compiler would take these for. */
export type PreviewQuery = UploadQuery & { fileBytes?: number; kind?: KindKey };
