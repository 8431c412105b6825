import { z } from 'zod';

/** Control characters, halves of surrogate pairs, and marks that turn the direction of what follows. */
const UNREADABLE = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u;

/** Text that people read: what Postgres (NUL) or screens cannot take is refused. */
export const textSchema = z.string().refine((text) => !UNREADABLE.test(text), 'must not hold control characters');

/** The same text fit to be stored and shown, with a replacement character for each control character. */
export function printable(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}/gu, '\uFFFD');
}
