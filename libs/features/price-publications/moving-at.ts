import { periodAt } from '../usage/index.js';

const DAY_MS = 86_400_000;
/** How long before they go on with another price subscribers are told at the latest. */
export const TOLD_DAYS = 30;
/** How long before it they are told again. */
export const REMINDS_DAYS = 8;
/** Where no worker was there to do so, none goes on with it within so many days of being told again. */
const REMINDED_DAYS = 3;

export interface Move {
  movesAt: Date;
  remindedAt: Date | null;
}

/** The earliest moment at which a period of the new price may start: who is not told again yet may be so now. */
export function earliestOf({ movesAt, remindedAt }: Move, now: Date): Date {
  return new Date(Math.max(movesAt.getTime(), daysAfter(remindedAt ?? now, REMINDED_DAYS).getTime()));
}

/** With which period a subscriber goes on with the new price, as things stand. */
export function movingAt(move: Move, anchorAt: Date, now: Date): Date {
  const earliest = earliestOf(move, now);
  if (earliest <= anchorAt) return anchorAt;
  const { start, end } = periodAt(anchorAt, earliest);
  return start.getTime() === earliest.getTime() ? start : end;
}

export function daysAfter(at: Date, days: number): Date {
  return new Date(at.getTime() + days * DAY_MS);
}
