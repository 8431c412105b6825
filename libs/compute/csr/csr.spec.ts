import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCsr, rowIndicesOf, transposeCsr, type Coordinates } from './kernel.js';
import { buildCsrReference } from './reference.js';

const coordinates = fc
  .record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 9 }), weighted: fc.boolean() })
  .chain(({ rows, columns, weighted }) =>
    fc
      .array(fc.tuple(fc.nat(rows - 1), fc.nat(columns - 1), fc.integer({ min: -100, max: 100 })), { maxLength: 60 })
      .map((pairs): Coordinates => ({
        rows,
        columns,
        rowIndices: Uint32Array.from(pairs, ([row]) => row),
        columnIndices: Uint32Array.from(pairs, ([, column]) => column),
        values: weighted ? Float32Array.from(pairs, ([, , value]) => value) : null,
      })),
  );

describe('buildCsr', () => {
  it('agrees with the reference on any pairs', () => {
    fc.assert(
      fc.property(coordinates, (pairs) => {
        expect(buildCsr(pairs)).toEqual(buildCsrReference(pairs));
      }),
    );
  });

  it('sorts columns and sums the values of a repeated pair', () => {
    const csr = buildCsr({
      rows: 2,
      columns: 3,
      rowIndices: Uint32Array.of(1, 1, 1, 0),
      columnIndices: Uint32Array.of(2, 0, 2, 1),
      values: Float32Array.of(1, 5, 2, 7),
    });
    expect([...csr.offsets]).toEqual([0, 1, 3]);
    expect([...rowIndicesOf(csr, 1)]).toEqual([0, 2]);
    expect([...csr.values!]).toEqual([7, 5, 3]);
  });

  it('refuses an index out of bounds', () => {
    const pairs = {
      rows: 1,
      columns: 1,
      rowIndices: Uint32Array.of(0),
      columnIndices: Uint32Array.of(1),
      values: null,
    };
    expect(() => buildCsr(pairs)).toThrow(/column 1, but there are 1/);
  });
});

describe('transposeCsr', () => {
  it('undoes itself', () => {
    fc.assert(
      fc.property(coordinates, (pairs) => {
        const csr = buildCsr(pairs);
        expect(transposeCsr(transposeCsr(csr))).toEqual(csr);
      }),
    );
  });
});
