import { DateTime } from 'luxon';
import type { Price } from './objects.js';

type Recurring = Pick<NonNullable<Price['recurring']>, 'interval' | 'interval_count'>;

/**
 * The first end of a period after `time`. Every end is counted from the anchor, so that one of the 31st is on the last day of February and
 * on the 31st again in March.
 */
export function nextBoundary(anchor: number, { interval, interval_count }: Recurring, time: number): number {
  const start = DateTime.fromSeconds(anchor, { zone: 'utc' });
  const unit = `${interval as 'day'}s` as const;
  const boundary = (count: number) => start.plus({ [unit]: count * interval_count }).toSeconds();
  const passed = DateTime.fromSeconds(time, { zone: 'utc' }).diff(start, unit).as(unit);
  let count = Math.floor(passed / interval_count) - 1;
  while (boundary(count) <= time) count++;
  return boundary(count);
}

/** When a period that ends then began. */
export function previousBoundary(anchor: number, recurring: Recurring, end: number): number {
  const start = DateTime.fromSeconds(anchor, { zone: 'utc' });
  const unit = `${recurring.interval as 'day'}s` as const;
  const boundary = (count: number) => start.plus({ [unit]: count * recurring.interval_count }).toSeconds();
  const passed = DateTime.fromSeconds(end, { zone: 'utc' }).diff(start, unit).as(unit);
  let count = Math.ceil(passed / recurring.interval_count) + 1;
  while (boundary(count) >= end) count--;
  return boundary(count);
}

export function dayOf(time: number): string {
  return DateTime.fromSeconds(time, { zone: 'utc' }).toFormat('d LLL yyyy');
}
