import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { parseRequest } from '../../platform/http/validation.pipe.js';
import { type UploadQuery, uploadQuerySchema } from '../data-sets/index.js';

export const uploadSchema = z
  .object({
    id: z.uuid().describe('The last part of the address that the header Location named'),
    dataSetId: z.uuid(),
    fileName: z.string().nullable().describe('`filename` of Upload-Metadata'),
    bytes: z.int().describe('Of the whole file'),
    receivedBytes: z.int(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().describe('When what has come is deleted, unless the upload is finished before'),
  })
  .meta({
    id: 'Upload',
    examples: [
      {
        id: EXAMPLE_IDS.upload,
        dataSetId: EXAMPLE_IDS.dataSet,
        fileName: 'purchases.csv',
        bytes: 5_000_000_000,
        receivedBytes: 1_073_741_824,
        createdAt: EXAMPLE_TIME,
        expiresAt: EXAMPLE_TIME,
      },
    ],
  });

/** What clients say of a file by themselves, which says nothing of how it is read. */
const OF_CLIENTS = new Set(['filename', 'filetype', 'name', 'type', 'relativePath', 'contentType', 'size']);

export type Metadata = Record<string, string | null>;

/**
 * What of Upload-Metadata says how the file is to be read: the same as in the query of an upload in one call.
 *
 * @throws Problem 400 that names what is none of it
 */
export function queryOf(metadata: Metadata): UploadQuery {
  const said = Object.entries(metadata).filter(
    ([name]) => Object.hasOwn(uploadQuerySchema.shape, name) || !OF_CLIENTS.has(name),
  );
  return parseRequest(uploadQuerySchema, Object.fromEntries(said.map(([name, value]) => [name, value ?? ''])));
}

export type Upload = z.infer<typeof uploadSchema>;
