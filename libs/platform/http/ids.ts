import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { notFound } from '../errors/problem.js';

/** A new id: opaque to callers, and sorted by the time it was made. */
export const newId = uuidv7;

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
