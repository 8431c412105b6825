import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sortedOrder, TextColumn, TextIndex } from './text-column.js';

const texts = fc.uniqueArray(fc.string({ unit: 'binary' }), { maxLength: 50 });

it('finds every text at its index and no other text', () => {
  fc.assert(
    fc.property(texts, fc.string({ unit: 'binary' }), (known, other) => {
      const { bytes, offsets } = TextColumn.pack(known);
      const column = new TextColumn(bytes, offsets);
      const index = new TextIndex(column, sortedOrder(known));
      expect(known.map((text) => index.find(text))).toEqual(known.map((_, i) => i));
      expect(known.map((_, i) => column.at(i))).toEqual(known);
      if (!known.includes(other)) expect(index.find(other)).toBeUndefined();
    }),
  );
});

it('refuses an order that is wrong or names a text twice', () => {
  const { bytes, offsets } = TextColumn.pack(['a', 'b', 'c']);
  const column = new TextColumn(bytes, offsets);
  for (const order of [
    [1, 0, 2],
    [0, 0, 1],
    [0, 1, 9],
  ]) {
    expect(() => new TextIndex(column, Uint32Array.from(order))).toThrow(/order|equal/);
  }
});
