import { z } from 'zod';
import type { Column } from '../../models/kinds/kind.js';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { textSchema } from '../../platform/http/text.js';
import { nameSchema } from '../projects/index.js';

export const kindSchema = z.enum(Object.keys(kinds) as [KindKey, ...KindKey[]]);

export const createDataSetSchema = z.object({ name: nameSchema, kind: kindSchema });

const count = z.int().nonnegative();

export const statisticsSchema = z
  .record(z.string(), z.union([count, z.iso.datetime()]).nullable())
  .describe('Figures of the rows by name; GET /v1/families says which a kind has and what each means');

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
    kind: z.string().describe('GET /v1/families lists the kinds'),
    createdAt: z.iso.datetime(),
    addedRows: z
      .int()
      .min(0)
      .describe('Rows that came by themselves, such as corrections; held next to those of the current import'),
    currentImport: importSchema
      .nullable()
      .describe('The import whose rows the data set holds; a failed one never takes its place'),
    latestImport: importSchema.nullable(),
  })
  .meta({ id: 'DataSet' });

/** The columns of all kinds, by name. */
const columns: Record<string, Column> = Object.assign({}, ...Object.values(kinds).map((kind) => kind.columns));

/** Our column → the file's header, for files whose headers are not among the known spellings. */
export const columnMappingSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(columns).map(([name, { meaning }]) => [
      name,
      textSchema.min(1).optional().describe(`Header of the column that holds ${meaning}`),
    ]),
  ),
);

export const uploadedSchema = z.object({ importId: z.uuid(), status: z.literal('queued') });

export type CreateDataSet = z.infer<typeof createDataSetSchema>;
export type DataSet = z.infer<typeof dataSetSchema>;
export type Import = z.infer<typeof importSchema>;
export type ImportError = Import['errors'][number];
export type ColumnMapping = z.infer<typeof columnMappingSchema>;
