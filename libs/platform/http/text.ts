import { z } from 'zod';

/** Text that people read: control characters, which Postgres (NUL) or screens cannot take, are refused. */
export const textSchema = z.string().refine((text) => !/\p{Cc}/u.test(text), 'must not hold control characters');

/** The same text fit to be stored and shown, with a replacement character for each control character. */
export function printable(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}/gu, '\uFFFD');
}
