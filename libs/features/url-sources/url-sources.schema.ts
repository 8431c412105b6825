import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { textSchema } from '../../platform/http/text.js';
import { uploadQuerySchema } from '../data-sets/index.js';

const URL_BYTES_MAX = 2048;
/** Longer than the session tokens that clouds hand out. */
const SECRET_CHARACTERS_MAX = 4096;

const addressSchema = (protocols: RegExp) =>
  textSchema
    .refine(
      (text) => URL.canParse(text) && protocols.test(new URL(text).protocol),
      'must be a URL that begins with https:// or, for a file, s3://',
    )
    .refine((text) => !URL.canParse(text) || !new URL(text).username, 'must not hold a user name or password')
    .transform((text) => new URL(text).href)
    .refine((text) => Buffer.byteLength(text) <= URL_BYTES_MAX, `must be at most ${URL_BYTES_MAX} bytes`);

function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}

const secretSchema = z
  .string()
  .min(1)
  .max(SECRET_CHARACTERS_MAX)
  .refine((text) => /^[\x20-\x7e]+$/.test(text), 'must be printable ASCII');

const s3Schema = z.strictObject({
  accessKeyId: secretSchema.optional().describe('Leave it and the secret out where the object is public'),
  secretAccessKey: secretSchema.optional().describe('Kept encrypted and never shown'),
  region: textSchema
    .regex(/^[a-z0-9-]{1,64}$/, 'must be a region, such as eu-central-1')
    .optional()
    .describe('us-east-1 unless you say it'),
  endpoint: addressSchema(/^https?:$/)
    .optional()
    .describe('Of a store that speaks S3 and is not Amazon’s'),
});

export const createUrlSourceSchema = z
  .strictObject({
    url: addressSchema(/^(https?|s3):$/)
      .refine((text) => !text.startsWith('s3:') || /^s3:\/\/[^/?#]+\/[^?#]+$/.test(text), 'must be s3://bucket/key')
      .refine((text) => !text.startsWith('s3:') || isEncoded(text), 'must have a % of the key as %25')
      .describe('`https://…`, or `s3://bucket/key`'),
    interval: z.enum(['once', 'hourly', 'daily']).describe('How often the file is fetched'),
    query: uploadQuerySchema.default({}).describe('How the file is to be read: the same as in the query of an upload'),
    authorization: secretSchema
      .optional()
      .describe('Sent as the header Authorization, to the host of the address alone; kept encrypted and never shown'),
    s3: s3Schema.optional().describe('What an address s3://… is reached by'),
  })
  .refine(
    ({ s3 }) => (s3?.accessKeyId === undefined) === (s3?.secretAccessKey === undefined),
    'accessKeyId and secretAccessKey come together',
  )
  .refine(({ url, s3 }) => !s3 || url.startsWith('s3:'), 's3 belongs to an address that begins with s3://')
  .refine(
    ({ url, authorization }) => authorization === undefined || !url.startsWith('s3:'),
    'authorization belongs to an address that begins with https://',
  )
  .meta({ example: { url: 'https://shop.example/exports/purchases.csv', interval: 'daily' } });

export const urlSourceSchema = z
  .object({
    id: z.uuid(),
    dataSetId: z.uuid(),
    url: z.string().describe('Without its query, which may hold a password'),
    interval: z.enum(['once', 'hourly', 'daily']),
    query: z.record(z.string(), z.string()),
    createdAt: z.iso.datetime(),
    nextRunAt: z.iso.datetime().nullable().describe('null where nothing is to be fetched any more'),
    isRunning: z.boolean(),
    pausedAt: z.iso.datetime().nullable().describe('Since when it is fetched no more, as it failed again and again'),
    failures: z.int().nonnegative().describe('In a row, up to now'),
    lastRun: z
      .object({
        at: z.iso.datetime(),
        result: z.enum(['imported', 'unchanged', 'failed']),
        error: z.string().nullable(),
      })
      .nullable(),
    lastImportId: z.uuid().nullable().describe('The latest import that was made of it'),
  })
  .meta({
    id: 'UrlSource',
    examples: [
      {
        id: EXAMPLE_IDS.urlSource,
        dataSetId: EXAMPLE_IDS.dataSet,
        url: 'https://shop.example/exports/purchases.csv',
        interval: 'daily',
        query: {},
        createdAt: EXAMPLE_TIME,
        nextRunAt: EXAMPLE_TIME,
        isRunning: false,
        pausedAt: null,
        failures: 0,
        lastRun: { at: EXAMPLE_TIME, result: 'imported', error: null },
        lastImportId: EXAMPLE_IDS.import,
      },
    ],
  });

export type CreateUrlSource = z.infer<typeof createUrlSourceSchema>;
export type UrlSource = z.infer<typeof urlSourceSchema>;
