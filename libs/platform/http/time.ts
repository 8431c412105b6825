import { z } from 'zod';

/** The last millisecond of 9999 in UTC, past which neither Postgres's text nor ISO 8601 has four digits for a year. */
const LAST_MS = Date.UTC(10_000, 0) - 1;

function isInRange(date: Date): boolean {
  return date.getTime() >= 0 && date.getTime() <= LAST_MS;
}

/** ISO 8601 with an offset to UTC, as a moment from 1970 to 9999. */
export const timeSchema = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine(isInRange, 'must be from 1970 to 9999 in UTC');

/** The same, where a date alone, or a time without an offset, is taken to be UTC. */
export const utcTimeSchema = z
  .union([z.iso.datetime({ offset: true, local: true }), z.iso.date()], {
    error: 'must be a time such as 2026-11-29T12:00:00Z, or a day such as 2026-11-29',
  })
  .transform((text) => new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(text) || text.length === 10 ? text : `${text}Z`))
  .refine(isInRange, 'must be from 1970 to 9999 in UTC');
