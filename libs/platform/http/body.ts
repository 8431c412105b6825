import type { Readable } from 'node:stream';

/** What an uploaded file may call itself. Its bytes decide what it is; on a route that takes files anything else but a form is taken as the last. */
export const UPLOAD_TYPES = [
  'text/csv',
  'application/csv',
  'text/tab-separated-values',
  'application/x-ndjson',
  'application/jsonl',
  'application/vnd.apache.parquet',
  'application/gzip',
  'application/x-gzip',
  'application/zstd',
  'application/zip',
  'application/octet-stream',
];

/** What a piece of an upload calls itself, by tus 1.0. */
export const PIECE_TYPE = 'application/offset+octet-stream';

/** Whether the body is an upload's, which nobody has read yet. */
export function isStream(body: unknown): body is Readable {
  return typeof (body as { pipe?: unknown } | null)?.pipe === 'function';
}
