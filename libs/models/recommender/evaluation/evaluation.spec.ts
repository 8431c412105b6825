import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCsr, rowIndicesOf, type Csr } from '../../../compute/csr/kernel.js';
import { countPopularity, topPopular } from '../recipes/popularity.js';
import { evaluate, sampleUsers } from './evaluate.js';
import { ndcgAt, RANKING_DEPTH, RankingMetrics, recallAt } from './metrics.js';
import { splitInteractions } from './split.js';

const csrOf = (rows: number[][], columns: number): Csr =>
  buildCsr({
    rows: rows.length,
    columns,
    rowIndices: Uint32Array.from(rows.flatMap((items, row) => items.map(() => row))),
    columnIndices: Uint32Array.from(rows.flat()),
    values: null,
  });

describe('recall and NDCG, worked by hand', () => {
  const recommended = Uint32Array.of(7, 3, 9, 1);

  it('divides hits by all relevant items, even when there are more than k', () => {
    expect(recallAt(2, recommended, new Set([3, 9]))).toBe(1 / 2);
    expect(recallAt(4, recommended, new Set([3, 9, 4]))).toBe(2 / 3);
    expect(recallAt(1, recommended, new Set([7, 3, 9]))).toBe(1 / 3);
  });

  it('discounts by log2(rank + 1) and cuts the ideal at min(|relevant|, k)', () => {
    // Hits at ranks 2 and 4: 1/log2(3) + 1/log2(5); ideal ranks 1 and 2: 1 + 1/log2(3).
    const expected = (1 / Math.log2(3) + 1 / Math.log2(5)) / (1 + 1 / Math.log2(3));
    expect(ndcgAt(4, recommended, new Set([3, 1]))).toBeCloseTo(expected, 12);
    expect(ndcgAt(2, recommended, new Set([7, 3, 9, 1, 8]))).toBe(1);
    expect(ndcgAt(4, Uint32Array.of(5), new Set([5]))).toBe(1);
    expect(ndcgAt(4, recommended, new Set([2]))).toBe(0);
  });

  it('averages over users and counts the catalogue shown', () => {
    const metrics = new RankingMetrics(10);
    metrics.add(Uint32Array.of(0, 1), Uint32Array.of(0));
    metrics.add(Uint32Array.of(1, 2), Uint32Array.of(5, 6));
    expect(metrics.values()).toEqual({ 'recall@20': 0.5, 'ndcg@20': 0.5, 'ndcg@100': 0.5, 'coverage@20': 0.3 });
  });
});

describe('splitInteractions', () => {
  const tables = fc.array(fc.uniqueArray(fc.nat(19), { maxLength: 12 }), { minLength: 1, maxLength: 20 });

  it('puts each pair on one side and leaves every user a training pair', () => {
    fc.assert(
      fc.property(tables, fc.nat(), (rows, seed) => {
        const { train, test } = splitInteractions(csrOf(rows, 20), 0.5, seed);
        rows.forEach((items, user) => {
          const kept = [...rowIndicesOf(train, user)];
          expect([...kept, ...rowIndicesOf(test, user)].sort()).toEqual([...items].sort());
          if (items.length > 0) expect(kept.length).toBeGreaterThan(0);
        });
      }),
    );
  });

  it('holds out about the asked share, the same for the same seed', () => {
    const interactions = csrOf(
      Array.from({ length: 200 }, () => Array.from({ length: 100 }, (_, item) => item)),
      100,
    );
    const { train, test } = splitInteractions(interactions, 0.2, 5);
    expect(test.indices.length / 20_000).toBeCloseTo(0.2, 1);
    expect(splitInteractions(interactions, 0.2, 5)).toEqual({ train, test });
    expect(splitInteractions(interactions, 0.2, 6).test).not.toEqual(test);
  });
});

describe('evaluate', () => {
  it('masks the training items of the user and ranks the rest of the catalogue', () => {
    // Item 0 is the most popular and user 0 has it already, so item 1 leads and is the one held out.
    const split = { train: csrOf([[0], [0, 1], [0, 1]], 3), test: csrOf([[1], [2], []], 3) };
    const users = sampleUsers(split, 10, 1);
    expect([...users]).toEqual([0, 1]);
    const steps = evaluate({ popularity: countPopularity(split.train), factors: null }, split, users);
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(step.value.popularity).toMatchObject({ 'recall@20': 1, 'ndcg@20': 1, 'coverage@20': 2 / 3 });
    expect(step.value.model).toEqual(step.value.popularity);
    expect(step.value.evaluatedUsers).toBe(2);
  });

  it('draws no more users than the limit, without repeats, the same for the same seed', () => {
    const rows = Array.from({ length: 50 }, () => [0]);
    const split = { train: csrOf(rows, 2), test: csrOf(rows, 2) };
    const users = sampleUsers(split, 20, 3);
    expect(new Set(users).size).toBe(20);
    expect(sampleUsers(split, 20, 3)).toEqual(users);
  });
});

describe('popularity', () => {
  it('orders by users, equal counts by lower index, and skips what is excluded', () => {
    const popularity = countPopularity(csrOf([[1, 2], [1, 3], [3]], 5));
    expect([...popularity.counts]).toEqual([0, 2, 1, 2, 0]);
    expect([...popularity.order]).toEqual([1, 3, 2, 0, 4]);
    expect([...topPopular(popularity, 2, Uint32Array.of(1, 2))]).toEqual([3, 0]);
    expect(topPopular(popularity, RANKING_DEPTH, Uint32Array.of())).toHaveLength(5);
  });
});
