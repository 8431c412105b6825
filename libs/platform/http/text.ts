import { z } from 'zod';
import { Problem } from '../errors/problem.js';

/** Control characters, halves of surrogate pairs, and marks that turn the direction of what follows. */
const UNREADABLE = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u;

/** Marks without a width, behind which one text would look like another. */
const UNSEEN_AT_ENDS = /^[\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]|[\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]$/u;

/** What Postgres stores in no text. */
const UNSTORABLE = /[\0\p{Cs}]/u;

/** Text that people read: what Postgres (NUL) or screens cannot take is refused. */
export const textSchema = z
  .string()
  .refine((text) => !UNREADABLE.test(text), 'must not hold control characters')
  .refine((text) => !UNSEEN_AT_ENDS.test(text.trim()), 'must not begin or end with an invisible character');

/** The same text fit to be stored and shown, with a replacement character for each control character. */
export function printable(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}/gu, '\uFFFD');
}

/**
 * Stands before every route: no text of a request, neither a key nor a value, may hold what Postgres cannot store.
 *
 * @throws Problem 400 that names the field
 */
export function refuseUnstorable(input: unknown, path: readonly string[] = []): void {
  if (typeof input === 'string') {
    if (UNSTORABLE.test(input)) throw unstorable(path);
  } else if (typeof input === 'object' && input !== null) {
    for (const [key, value] of Object.entries(input)) {
      if (UNSTORABLE.test(key)) throw unstorable([...path, printable(key)]);
      refuseUnstorable(value, [...path, key]);
    }
  }
}

/**
 * Stands before every route: the router has decoded the path, and leaves a query that is no UTF-8 as it came.
 *
 * @throws Problem 400
 */
export function refuseUndecodable(url: string): void {
  const query = url.split('?', 2)[1] ?? '';
  if (!query.includes('%')) return;
  try {
    decodeURIComponent(query);
  } catch {
    throw new Problem(400, 'invalid_request', 'The query of the address is not percent-encoded UTF-8.');
  }
}

function unstorable(path: readonly string[]): Problem {
  const field = { path: path.join('.'), message: 'must not hold NUL characters or halves of surrogate pairs' };
  return new Problem(400, 'invalid_request', `${field.path}: ${field.message}`, { errors: [field] });
}
