import { z } from 'zod';
import { Problem } from '../errors/problem.js';

/** Control characters, halves of surrogate pairs, and marks that turn the direction of what follows. */
const UNREADABLE = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u;

/** What Postgres stores in no text. */
const UNSTORABLE = /[\0\p{Cs}]/u;

/** Text that people read: what Postgres (NUL) or screens cannot take is refused. */
export const textSchema = z.string().refine((text) => !UNREADABLE.test(text), 'must not hold control characters');

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

function unstorable(path: readonly string[]): Problem {
  const field = { path: path.join('.'), message: 'must not hold NUL characters or halves of surrogate pairs' };
  return new Problem(400, 'invalid_request', `${field.path}: ${field.message}`, { errors: [field] });
}
