import { z } from 'zod';
import type { Column } from '../../models/kinds/kind.js';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { BOUNDS } from '../../platform/bounds.js';
import { EXAMPLE_IDS, EXAMPLE_SHA256, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { listQuerySchema } from '../../platform/http/page.js';
import { textSchema } from '../../platform/http/text.js';
import { nameSchema } from '../projects/index.js';
import { isEncoding } from './encoding.js';
import { type SampleKey, SAMPLES } from './samples.js';

export const kindSchema = z.enum(Object.keys(kinds) as [KindKey, ...KindKey[]]);

export const createDataSetSchema = z
  .object({ name: nameSchema, kind: kindSchema })
  .meta({ examples: [{ name: 'Purchases', kind: 'interactions' }] });

const count = z.int().nonnegative();

export const statisticsSchema = z
  .record(z.string(), z.union([count, z.iso.datetime()]).nullable())
  .describe('Figures of the rows by name; GET /v1/families says which a kind has and what each means');

/** Where rows came from, the least real last. */
export const provenanceSchema = z
  .enum(['uploaded', 'sample', 'synthetic'])
  .describe(
    'Where the rows came from: `uploaded` by you, a `sample` that we hand out, or `synthetic`, which is made up',
  );

const IMPORT_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
const IMPORT_MODES = ['replace', 'append'] as const;

const wrongRowSchema = z.object({
  row: z
    .int()
    .positive()
    .describe('Line of the file, of which a header is line 1; in Parquet and JSON lists the number of the row, from 1'),
  column: z.string().nullable().describe('Header of the column; null where the whole row is wrong'),
  message: z.string(),
});

export const importProgressSchema = z
  .object({
    rowsRead: count.nullable().describe('About how many rows were read so far; null where the file does not show it'),
    rowsPerSecond: count.nullable(),
    bytesRead: count.describe('Of the file once it is unpacked'),
    bytes: count,
    secondsLeft: count.nullable().describe('Null until there is a pace to tell it by'),
  })
  .describe('How far it has come, as of a second ago')
  .meta({
    id: 'ImportProgress',
    examples: [{ rowsRead: 1_200_000, rowsPerSecond: 400_000, bytesRead: 48e6, bytes: 240e6, secondsLeft: 12 }],
  });

export const importSchema = z
  .object({
    id: z.uuid(),
    dataSetId: z.uuid(),
    status: z.enum(IMPORT_STATUSES),
    provenance: provenanceSchema,
    mode: z
      .enum(IMPORT_MODES)
      .describe('Whether the rows took the place of those that the data set held, or were added to them'),
    rowsAccepted: count.nullable().describe('Of the file'),
    rowsRejected: count.nullable(),
    rowsHeld: count.nullable().describe('What the data set holds with it: for `append` those it held before, too'),
    contentSha256: z
      .string()
      .nullable()
      .describe('Of the stored rows, in hexadecimal: the same rows in the same order have the same'),
    progress: importProgressSchema.nullable().describe('While it runs'),
    errors: z.array(wrongRowSchema).describe('The first 100 rejected rows; in a list the first 3'),
    rejections: z
      .array(wrongRowSchema.extend({ rows: count.describe('Rows that are wrong for the same reason, this one too') }))
      .describe('What is wrong, the most frequent first: of each reason the first row'),
    statistics: statisticsSchema.nullable(),
    failureReason: z.string().nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'Import',
    examples: [
      {
        id: EXAMPLE_IDS.import,
        dataSetId: EXAMPLE_IDS.dataSet,
        status: 'succeeded',
        mode: 'replace',
        provenance: 'uploaded',
        rowsAccepted: 68054,
        rowsRejected: 1,
        rowsHeld: 68054,
        contentSha256: EXAMPLE_SHA256,
        progress: null,
        errors: [{ row: 4712, column: 'rating', message: '"five" is not a finite number' }],
        rejections: [{ row: 4712, column: 'rating', message: '"five" is not a finite number', rows: 1 }],
        statistics: { users: 3756, items: 10506, interactions: 68054 },
        failureReason: null,
        createdAt: EXAMPLE_TIME,
        finishedAt: EXAMPLE_TIME,
      },
    ],
  });

export const dataSetSchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    name: z.string(),
    kind: z.string().describe('GET /v1/families lists the kinds'),
    createdAt: z.iso.datetime(),
    columnMapping: z
      .record(z.string(), z.string())
      .describe('Which header held which column, as it was said with an upload; holds for the next file too'),
    provenance: provenanceSchema.nullable().describe('Of the current import; null where there is none'),
    sample: z
      .object({ key: z.string(), license: z.string(), source: z.string().describe('Where it is published') })
      .nullable()
      .describe('The sample that it was made as; null once rows of your own took its place'),
    addedRows: z
      .int()
      .min(0)
      .describe('Rows that came by themselves, such as corrections; held next to those of the current import'),
    currentImport: importSchema
      .nullable()
      .describe('The import whose rows the data set holds; a failed one never takes its place'),
    latestImport: importSchema.nullable(),
  })
  .meta({
    id: 'DataSet',
    examples: [
      {
        id: EXAMPLE_IDS.dataSet,
        projectId: EXAMPLE_IDS.project,
        name: 'Purchases',
        kind: 'interactions',
        createdAt: EXAMPLE_TIME,
        columnMapping: { user_id: 'customer' },
        provenance: null,
        sample: null,
        addedRows: 0,
        currentImport: null,
        latestImport: null,
      },
    ],
  });

export const listDataSetsQuerySchema = listQuerySchema(
  ['createdAt', 'name', 'rows', 'importedAt'],
  'Part of the name, or the whole id',
).extend({
  status: z
    .enum(['empty', ...IMPORT_STATUSES])
    .optional()
    .describe('Of the latest import; `empty` where there was none'),
});

/** The columns of all kinds, by name. */
const columns: Record<string, Column> = Object.assign({}, ...Object.values(kinds).map((kind) => kind.columns));

/** Our column → the file's header, for files whose headers are not among the known spellings. */
export const columnMappingSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(columns).map(([name, { meaning }]) => [
      name,
      textSchema.optional().describe(`Header of the column that holds ${meaning}; empty where none is to be read`),
    ]),
  ),
);

/** What a file cannot tell, or tells wrongly. */
export const fileFormatsSchema = z.strictObject({
  encoding: z
    .string()
    .refine(isEncoding, 'must be an encoding, such as utf-8, gb18030, windows-1252 or utf-32le')
    .optional()
    .describe('Of text; found out by its bytes unless you say it')
    .meta({ examples: ['gb18030'] }),
  delimiter: z
    .string()
    .length(1)
    .refine((mark) => !/["\r\n\0]/.test(mark), 'must be one character, and neither a quote nor the end of a line')
    .optional()
    .describe('What stands between the cells of CSV; found out by the first line unless you say it')
    .meta({ examples: [';'] }),
  decimal: z
    .enum(['point', 'comma'])
    .optional()
    .describe('What stands before the decimals of numbers; found out column by column unless you say it'),
  dates: z
    .enum(['day_first', 'month_first'])
    .optional()
    .describe('What 03/04/2020 is; found out by a day beyond 12 unless you say it'),
});

export const uploadQuerySchema = columnMappingSchema.extend(fileFormatsSchema.shape).extend({
  mode: z
    .enum(IMPORT_MODES)
    .default('replace')
    .describe(
      '`replace` puts the rows in the place of those that the data set holds; `append` adds them: of items and users, a further row of the same id takes the place of the earlier one',
    ),
});

export const uploadedSchema = z
  .object({ importId: z.uuid(), status: z.literal('queued') })
  .meta({ examples: [{ importId: EXAMPLE_IDS.import, status: 'queued' }] });

export const sampleKeySchema = z.enum(Object.keys(SAMPLES) as [SampleKey, ...SampleKey[]]);

export const addSampleSchema = z
  .strictObject({ name: nameSchema.describe('Of the data set, where it is made') })
  .meta({ examples: [{ name: 'Sample films' }] });

export const importSyntheticSchema = z
  .strictObject({
    rows: z.int().min(1).max(BOUNDS.syntheticRows.most).describe('How many to make'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(1)
      .describe('The same seed makes the same rows'),
    users: z
      .int()
      .min(1)
      .max(BOUNDS.syntheticRows.most)
      .optional()
      .describe('Of interactions: how many users; one for each 20 rows by default'),
    items: z
      .int()
      .min(1)
      .max(BOUNDS.syntheticRows.most)
      .optional()
      .describe(
        'Of interactions: how many items; one for each 50 rows by default. Items of as many rows, of the same seed, describe them',
      ),
    language: z.enum(['en', 'zh']).default('en').describe('Of texts and titles'),
  })
  .meta({ examples: [{ rows: 10_000, seed: 1, language: 'en' }] });

export const restoreSchema = z
  .strictObject({ importId: z.uuid().describe('Of the data set, and succeeded') })
  .meta({ examples: [{ importId: EXAMPLE_IDS.import }] });

export type AddSample = z.infer<typeof addSampleSchema>;
export type ImportSynthetic = z.infer<typeof importSyntheticSchema>;
export type Restore = z.infer<typeof restoreSchema>;
export type CreateDataSet = z.infer<typeof createDataSetSchema>;
export type ListDataSetsQuery = z.infer<typeof listDataSetsQuerySchema>;
export type DataSet = z.infer<typeof dataSetSchema>;
export type Import = z.infer<typeof importSchema>;
export type ImportError = Import['errors'][number];
export type Rejection = Import['rejections'][number];
export type ColumnMapping = z.infer<typeof columnMappingSchema>;
export type Provenance = z.infer<typeof provenanceSchema>;
export type ImportMode = Import['mode'];
export type ImportProgress = z.infer<typeof importProgressSchema>;
export type FileFormats = z.infer<typeof fileFormatsSchema>;
export type UploadQuery = z.infer<typeof uploadQuerySchema>;
