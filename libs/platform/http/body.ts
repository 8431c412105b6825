import type { Readable } from 'node:stream';

/** Whether the body is an upload's, which nobody has read yet. */
export function isStream(body: unknown): body is Readable {
  return typeof (body as { pipe?: unknown } | null)?.pipe === 'function';
}
