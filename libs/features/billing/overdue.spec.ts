import { expect, it } from 'vitest';
import { countsFrom, stageAt, stageEndsAt } from './overdue.js';

const since = new Date('2026-02-25T12:00:00Z');
const after = (days: number) => new Date(since.getTime() + days * 86_400_000);

it('who does not pay goes on for a week, starts no job for another, changes nothing for two, and is on Free after four', () => {
  const stages = [0, 6.99, 7, 13.99, 14, 27.99, 28, 400].map((days) => stageAt(since, after(days)));
  expect(stages).toEqual(['grace', 'grace', 'restricted', 'restricted', 'read_only', 'read_only', 'ended', 'ended']);
  expect(stageEndsAt(since, 'grace')).toEqual(after(7));
  expect(stageEndsAt(since, 'restricted')).toEqual(after(14));
  expect(stageEndsAt(since, 'read_only')).toEqual(after(28));
});

it('the days count from the first failed payment, or so that the first stage ends when the time does that was given', () => {
  expect(countsFrom({ since, graceUntil: null })).toEqual(since);
  expect(countsFrom({ since, graceUntil: after(20) })).toEqual(after(13));
  expect(stageEndsAt(countsFrom({ since, graceUntil: after(20) }), 'grace')).toEqual(after(20));
  // What was given for an earlier debt shortens nothing.
  expect(countsFrom({ since, graceUntil: after(-3) })).toEqual(since);
});
