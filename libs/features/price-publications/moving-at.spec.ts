import fc from 'fast-check';
import { expect, it } from 'vitest';
import { periodAt } from '../usage/index.js';
import { daysAfter, earliestOf, movingAt } from './moving-at.js';

const moments = fc.date({ min: new Date('2026-01-01'), max: new Date('2028-12-31'), noInvalidDate: true });

it('a subscriber goes on with the first period that starts at the date or later, and at least three days after they were told again', () =>
  fc.assert(
    fc.property(moments, moments, moments, fc.option(fc.nat(90)), (anchor, movesAt, now, remindedAgo) => {
      const move = { movesAt, remindedAt: remindedAgo === null ? null : daysAfter(now, -remindedAgo) };
      const at = movingAt(move, anchor, now);
      const earliest = earliestOf(move, now);
      expect(at >= movesAt && at >= daysAfter(move.remindedAt ?? now, 3)).toBe(true);
      // It is a boundary, and there is none before it.
      expect(periodAt(anchor, at).start).toEqual(at);
      if (at > anchor) expect(periodAt(anchor, new Date(at.getTime() - 1)).start < earliest).toBe(true);
    }),
  ));

it.each([
  ['2026-12-05', '2027-01-31', '2027-02-05'],
  ['2026-12-31', '2027-02-01', '2027-02-28'],
  ['2026-12-01', '2027-02-01', '2027-02-01'],
])('whose months begin on the day of %s does so from %s on with %s', (anchor, movesAt, at) => {
  const now = new Date('2026-12-31');
  expect(movingAt({ movesAt: new Date(movesAt), remindedAt: null }, new Date(anchor), now)).toEqual(new Date(at));
});
