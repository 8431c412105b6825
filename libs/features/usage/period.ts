import { DateTime } from 'luxon';

export interface Period {
  /** Inclusive. */
  start: Date;
  /** Exclusive; the next period's start. */
  end: Date;
}

/**
 * The monthly billing period that `now` falls into, counted from `anchor` in UTC.
 *
 * Every boundary is computed from the anchor and not from the boundary before it, so that an anchor on the 31st gives the
 * 28th of February and then the 31st of March again.
 *
 * @param now not before `anchor`
 */
export function periodAt(anchor: Date, now: Date): Period {
  const start = DateTime.fromJSDate(anchor, { zone: 'utc' });
  const boundary = (months: number) => start.plus({ months }).toJSDate();
  let months = Math.floor(DateTime.fromJSDate(now, { zone: 'utc' }).diff(start, 'months').months);
  // The difference of two month ends is ambiguous by one; the boundaries decide.
  while (boundary(months) > now) months--;
  while (boundary(months + 1) <= now) months++;
  return { start: boundary(months), end: boundary(months + 1) };
}
