import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupByRow } from './group-by-row.js';

it('lists every position once, under its row, rows and positions ascending', () => {
  const batches = fc.integer({ min: 1, max: 2 ** 32 - 1 }).chain((rowCount) =>
    fc.record({
      rowCount: fc.constant(rowCount),
      ids: fc.array(fc.integer({ min: 0, max: rowCount - 1 }), { maxLength: 200 }),
      repeats: fc.array(fc.nat({ max: 199 }), { maxLength: 50 }),
    }),
  );
  fc.assert(
    fc.property(batches, ({ rowCount, ids, repeats }) => {
      const all = Uint32Array.from([...ids, ...repeats.map((at) => ids[at] ?? 0)]);
      const { rows, offsets, positions } = groupByRow(all, rowCount);
      const expected = [...new Set(all)].sort((a, b) => a - b);
      expect([...rows]).toEqual(expected);
      expect(offsets[rows.length]).toBe(all.length);
      rows.forEach((row, group) => {
        const members = [...all.keys()].filter((position) => all[position] === row);
        expect([...positions.subarray(offsets[group], offsets[group + 1])]).toEqual(members);
      });
    }),
  );
});

it('refuses an id that is no row', () => {
  expect(() => groupByRow(Uint32Array.of(1, 5), 5)).toThrow('Position 1 of the batch names row 5, but there are 5.');
});
