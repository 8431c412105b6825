import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { periodAt } from './period.js';

const utc = (text: string) => new Date(`${text}T00:00:00Z`);
const time = fc.date({ min: utc('2020-01-01'), max: utc('2040-01-01'), noInvalidDate: true });

describe('a billing period', () => {
  it('keeps its anchor day through short months', () => {
    const anchor = utc('2026-01-31');
    const starts = ['2026-02-10', '2026-03-01', '2026-04-01', '2026-05-15'].map(
      (now) => periodAt(anchor, utc(now)).start,
    );
    expect(starts).toEqual([utc('2026-01-31'), utc('2026-02-28'), utc('2026-03-31'), utc('2026-04-30')]);
  });

  it('belongs to the new period at the very moment that it starts', () => {
    const anchor = utc('2026-01-15');
    expect(periodAt(anchor, utc('2026-02-15')).start).toEqual(utc('2026-02-15'));
    expect(periodAt(anchor, new Date(utc('2026-02-15').getTime() - 1)).end).toEqual(utc('2026-02-15'));
  });

  it('holds every moment in exactly one period, whose neighbours touch it', () => {
    fc.assert(
      fc.property(time, time, (one, other) => {
        const [anchor, now] = one <= other ? [one, other] : [other, one];
        const { start, end } = periodAt(anchor, now);
        expect(start <= now && now < end).toBe(true);
        expect(periodAt(anchor, end).start).toEqual(end);
        if (start > anchor) expect(periodAt(anchor, new Date(start.getTime() - 1)).end).toEqual(start);
        const days = (end.getTime() - start.getTime()) / 86_400_000;
        expect(days >= 28 && days <= 31).toBe(true);
      }),
    );
  });
});
