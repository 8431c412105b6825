import { z } from 'zod';
import { textSchema } from '../../platform/http/text.js';
import { nameSchema } from '../projects/index.js';

export const DATA_SET_KINDS = ['interactions', 'items', 'users'] as const;
export type DataSetKind = (typeof DATA_SET_KINDS)[number];

export const createDataSetSchema = z.object({ name: nameSchema, kind: z.enum(DATA_SET_KINDS) });

const count = z.int().nonnegative();

export const statisticsSchema = z.object({
  users: count.optional().describe('Distinct users'),
  items: count.optional().describe('Distinct items'),
  usersWithTwoOrMore: count.optional().describe('Users with at least two interactions'),
  from: z.iso.datetime().nullable().optional().describe('Earliest timestamp'),
  to: z.iso.datetime().nullable().optional().describe('Latest timestamp'),
});

export const importSchema = z
  .object({
    id: z.uuid(),
    dataSetId: z.uuid(),
    status: z.enum(['queued', 'running', 'succeeded', 'failed']),
    rowsAccepted: count.nullable(),
    rowsRejected: count.nullable(),
    errors: z
      .array(
        z.object({
          row: z.int().positive().describe('Line of the file; the header is line 1'),
          column: z.string().nullable().describe('Header of the column; null where the whole row is wrong'),
          message: z.string(),
        }),
      )
      .describe('The first 100 rejected rows; in a list of data sets the first 3'),
    statistics: statisticsSchema.nullable(),
    failureReason: z.string().nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Import' });

export const dataSetSchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    name: z.string(),
    kind: z.enum(DATA_SET_KINDS),
    createdAt: z.iso.datetime(),
    currentImport: importSchema
      .nullable()
      .describe('The import whose rows the data set holds; a failed one never takes its place'),
    latestImport: importSchema.nullable(),
  })
  .meta({ id: 'DataSet' });

/** Our column → the file's header, for files whose headers are not among the known spellings. */
export const columnMappingSchema = z.strictObject({
  user_id: textSchema.min(1).optional().describe('Header of the column that holds the user id'),
  item_id: textSchema.min(1).optional().describe('Header of the column that holds the item id'),
  event_type: textSchema.min(1).optional().describe('Header of the column that holds the event type'),
  value: textSchema.min(1).optional().describe('Header of the column that holds the rating or value'),
  timestamp: textSchema
    .min(1)
    .optional()
    .describe('Header of the column that holds the time: Unix seconds, milliseconds or ISO 8601'),
});

export const uploadedSchema = z.object({ importId: z.uuid(), status: z.literal('queued') });

export type CreateDataSet = z.infer<typeof createDataSetSchema>;
export type DataSet = z.infer<typeof dataSetSchema>;
export type Import = z.infer<typeof importSchema>;
export type ImportError = Import['errors'][number];
export type Statistics = z.infer<typeof statisticsSchema>;
export type ColumnMapping = z.infer<typeof columnMappingSchema>;
