import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { notFound } from '../errors/problem.js';

/** A new id: opaque to callers, and sorted by the time it was made. */
export const newId = uuidv7;

/** Stands for no id where a column cannot be null. */
export const NIL_ID = '00000000-0000-0000-0000-000000000000';

/** The UUIDv7 of that moment, in milliseconds since 1970, which the same text always gives. */
export function derivedId(ms: number, text: string): string {
  const time = ms.toString(16).padStart(12, '0');
  const hash = createHash('sha256').update(text).digest('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-8${hash.slice(3, 6)}-${hash.slice(6, 18)}`;
}

/** Milliseconds since 1970 at which a UUIDv7 was made. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

export const idSchema = z.uuid();

/** A path parameter. One that is no id cannot exist, so it answers 404 as an unknown one does. */
export function parseId(noun: string, id: string): string {
  // One spelling each: an id in capitals would be equal to Postgres and unequal to us.
  if (!idSchema.safeParse(id).success || id !== id.toLowerCase()) throw notFound(noun, id);
  return id;
}
