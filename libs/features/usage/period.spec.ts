import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { periodAt } from './period.js';

const utc = (text: string) => new Date(`${text}T00:00:00Z`);
const DAY_MS = 86_400_000;
const time = fc.date({ min: utc('2020-01-01'), max: utc('2040-01-01'), noInvalidDate: true });

const HOME = process.env['TZ'];
afterEach(() => {
  if (HOME === undefined) delete process.env['TZ'];
  else process.env['TZ'] = HOME;
});

describe('a billing period', () => {
  it('B7: keeps its anchor day through short months', () => {
    const anchor = utc('2026-01-31');
    const starts = ['2026-02-10', '2026-03-01', '2026-04-01', '2026-05-15'].map(
      (now) => periodAt(anchor, utc(now)).start,
    );
    expect(starts).toEqual([utc('2026-01-31'), utc('2026-02-28'), utc('2026-03-31'), utc('2026-04-30')]);
  });

  it('B6: belongs to the new period at the very moment that it starts', () => {
    const anchor = utc('2026-01-15');
    expect(periodAt(anchor, utc('2026-02-15')).start).toEqual(utc('2026-02-15'));
    expect(periodAt(anchor, new Date(utc('2026-02-15').getTime() - 1)).end).toEqual(utc('2026-02-15'));
  });

  it.each(['America/New_York', 'Europe/Berlin', 'Asia/Shanghai', 'Australia/Lord_Howe'])(
    'B6, B7: is the same where a process runs in %s, over changes to summer time too',
    (zone) => {
      // At half past two in a night of spring and one of autumn, and around midnight of a month's end.
      for (const text of ['2026-03-08T02:30:00Z', '2026-10-25T01:30:00Z', '2026-01-31T23:30:00Z']) {
        const anchor = new Date(text);
        const boundaries = () =>
          Array.from({ length: 24 }, (_, month) =>
            periodAt(anchor, new Date(anchor.getTime() + 30.5 * month * DAY_MS)),
          );
        process.env['TZ'] = 'UTC';
        const expected = boundaries();
        process.env['TZ'] = zone;
        expect(new Date(text).getTimezoneOffset()).not.toBe(0);
        expect(boundaries()).toEqual(expected);
        for (const { start } of expected) expect(start.toISOString().slice(11)).toBe(anchor.toISOString().slice(11));
      }
    },
  );

  it('holds every moment in exactly one period, whose neighbours touch it', () => {
    fc.assert(
      fc.property(time, time, (one, other) => {
        const [anchor, now] = one <= other ? [one, other] : [other, one];
        const { start, end } = periodAt(anchor, now);
        expect(start <= now && now < end).toBe(true);
        expect(periodAt(anchor, end).start).toEqual(end);
        if (start > anchor) expect(periodAt(anchor, new Date(start.getTime() - 1)).end).toEqual(start);
        const days = (end.getTime() - start.getTime()) / DAY_MS;
        expect(days >= 28 && days <= 31).toBe(true);
      }),
    );
  });
});
