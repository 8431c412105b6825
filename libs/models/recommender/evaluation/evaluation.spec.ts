import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCsr, type Csr } from '../../../compute/csr/kernel.js';
import { Random } from '../../../compute/random/kernel.js';
import { sharedEngine } from '../../engine.js';
import { bootstrapIntervals } from '../../training/bootstrap-intervals.js';
import { distinctPairs, type Events } from '../events.js';
import { eventsOf } from '../example-events.js';
import { countPopularity, rankByScore, topPopular } from '../recipes/popularity.js';
import { evaluate, sampleUsers } from './evaluate.js';
import { askFor } from './hold-out.js';
import {
  auc,
  averagePrecisionAt,
  drawRanks,
  hitRateAt,
  ndcgAt,
  precisionAt,
  recallAt,
  reciprocalRankAt,
} from './metrics.js';
import { itemMeans, ratingErrors } from './rating-errors.js';
import { evaluateSampled } from './sampled-negatives.js';
import { giniCoefficient, ShownItems } from './shown-items.js';
import { splitAtRandom, splitLastOut } from './split.js';

const engine = await sharedEngine();

const csrOf = (rows: number[][], columns: number): Csr =>
  buildCsr({
    rows: rows.length,
    columns,
    rowIndices: Uint32Array.from(rows.flatMap((items, row) => items.map(() => row))),
    columnIndices: Uint32Array.from(rows.flat()),
    values: null,
  });

const rowsOf = (events: Events) => {
  const { offsets, indices } = distinctPairs(events);
  return Array.from({ length: events.userCount }, (_, user) => [...indices.subarray(offsets[user], offsets[user + 1])]);
};

describe('metrics, worked by hand', () => {
  // Of 10 candidates the held-out ones stand at ranks 2 and 4.
  const user = { ranks: Uint32Array.of(2, 4), candidates: 10 };

  it('recall divides hits by all held-out items, even when there are more than k', () => {
    expect(recallAt(2)(user)).toBe(1 / 2);
    expect(recallAt(4)(user)).toBe(1);
    expect(recallAt(1)({ ranks: Uint32Array.of(1, 2, 3), candidates: 5 })).toBe(1 / 3);
  });

  it('precision divides hits by k, and a hit rate asks for one', () => {
    expect(precisionAt(4)(user)).toBe(2 / 4);
    expect(precisionAt(20)(user)).toBe(2 / 20);
    expect([hitRateAt(1)(user), hitRateAt(2)(user)]).toEqual([0, 1]);
  });

  it('NDCG discounts by log2(rank + 1) and cuts the ideal at min(|relevant|, k)', () => {
    const expected = (1 / Math.log2(3) + 1 / Math.log2(5)) / (1 + 1 / Math.log2(3));
    expect(ndcgAt(4)(user)).toBeCloseTo(expected, 12);
    expect(ndcgAt(2)({ ranks: Uint32Array.of(1, 2, 3, 4, 5), candidates: 9 })).toBe(1);
    expect(ndcgAt(1)(user)).toBe(0);
  });

  it('average precision and reciprocal rank stop at k', () => {
    expect(averagePrecisionAt(4)(user)).toBeCloseTo((1 / 2 + 2 / 4) / 2, 12);
    expect(averagePrecisionAt(3)(user)).toBeCloseTo(1 / 2 / 2, 12);
    expect(averagePrecisionAt(1)({ ranks: Uint32Array.of(1, 3), candidates: 4 })).toBe(1);
    expect([reciprocalRankAt(1)(user), reciprocalRankAt(2)(user)]).toEqual([0, 1 / 2]);
  });

  it('AUC counts the pairs in the right order', () => {
    // Of 8 others, 7 rank below the first and 6 below the second.
    expect(auc(user)).toBeCloseTo((7 + 6) / 16, 12);
    expect(auc({ ranks: Uint32Array.of(1), candidates: 1 })).toBe(0.5);
  });

  it('the Gini coefficient is 0 where all are equal and (n − 1)/n where one has all', () => {
    expect(giniCoefficient(Uint32Array.of(3, 3, 3))).toBeCloseTo(0, 12);
    expect(giniCoefficient(Uint32Array.of(0, 0, 0, 7))).toBeCloseTo(3 / 4, 12);
    expect(giniCoefficient(Uint32Array.of(0, 0))).toBe(0);
  });

  it('novelty is the mean self-information of what was shown, coverage the share of the catalogue', () => {
    const shown = new ShownItems(Float32Array.of(8, 4, 1, 0), 8);
    shown.add(Uint32Array.of(0, 1));
    shown.add(Uint32Array.of(0, 2));
    expect(shown.values()['novelty@20']).toBeCloseTo((0 + 1 + 0 + 3) / 4, 12);
    expect(shown.values()['coverage@20']).toBe(3 / 4);
  });

  it('errors of ratings are root mean square and mean absolute, next to the mean of each item', () => {
    const events = { ...eventsOf([[0, 1], [0]], 3), values: Float32Array.of(4, 1, 2) };
    expect([...itemMeans(events)]).toEqual([3, 1, Math.fround(7 / 3)]);
    const errors = ratingErrors(events, () => 2);
    expect(errors.rmse).toBeCloseTo(Math.sqrt(5 / 3), 12);
    expect(errors.mae).toBeCloseTo(1, 12);
  });
});

describe('ties', () => {
  it('share their places evenly, so that equal scores do as well as chance', () => {
    const random = Random.seeded(1);
    let hits = 0;
    for (let draw = 0; draw < 20_000; draw++) {
      hits += recallAt(20)({ ranks: drawRanks(Uint32Array.of(0), Uint32Array.of(99), random), candidates: 100 });
    }
    expect(hits / 20_000).toBeCloseTo(0.2, 2);
  });

  it('draw ranks that are distinct, ascending and within the tied places', () => {
    // Two items share the places 4 to 8, one stands alone at 2.
    const draw = (seed: number) => drawRanks(Uint32Array.of(3, 1, 3), Uint32Array.of(4, 0, 4), Random.seeded(seed));
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const ranks = draw(seed);
        expect(ranks[0]).toBe(2);
        expect(4 <= ranks[1]! && ranks[1]! < ranks[2]! && ranks[2]! <= 8).toBe(true);
      }),
    );
  });
});

describe('splits', () => {
  const tables = fc.array(fc.uniqueArray(fc.nat(19), { maxLength: 12 }), { minLength: 1, maxLength: 20 });

  it('at random puts each pair on one side and leaves every user a training pair', () => {
    fc.assert(
      fc.property(tables, fc.nat(), (rows, seed) => {
        const { train, test } = splitAtRandom(eventsOf(rows, 20), 0.5, seed);
        const [kept, held] = [rowsOf(train), rowsOf(test)];
        rows.forEach((items, user) => {
          expect([...kept[user]!, ...held[user]!].sort()).toEqual([...items].sort());
          if (items.length > 0) expect(kept[user]!.length).toBeGreaterThan(0);
        });
      }),
    );
  });

  it('at random holds out about the asked share, the same for the same seed whatever the order of the input', () => {
    const rows = Array.from({ length: 200 }, () => Array.from({ length: 100 }, (_, item) => item));
    const { train, test } = splitAtRandom(eventsOf(rows, 100), 0.2, 5);
    expect(test.users.length / 20_000).toBeCloseTo(0.2, 1);
    expect(splitAtRandom(eventsOf(rows, 100), 0.2, 5)).toEqual({ train, test });
    const reversed = splitAtRandom(
      eventsOf(
        rows.map((row) => row.toReversed()),
        100,
      ),
      0.2,
      5,
    );
    expect(rowsOf(reversed.test)).toEqual(rowsOf(test));
    expect(rowsOf(splitAtRandom(eventsOf(rows, 100), 0.2, 6).test)).not.toEqual(rowsOf(test));
  });

  it('by the last event holds out one event of each user who has two', () => {
    const { train, test } = splitLastOut(eventsOf([[3, 1, 2], [0], []], 4));
    expect([rowsOf(train), rowsOf(test)]).toEqual([
      [[1, 3], [0], []],
      [[2], [], []],
    ]);
  });
});

describe('evaluate', () => {
  // Item 0 is the most popular and user 0 has it already, so item 1 leads and is the one held out.
  const split = { train: eventsOf([[0], [0, 1], [0, 1]], 3), test: eventsOf([[1], [2], []], 3) };

  it('masks the training items of the user and ranks the rest of the catalogue', async () => {
    const question = askFor(split, 10, 1);
    expect([...question.users]).toEqual([0, 1]);
    const model = { kind: 'popularity', scores: question.popularity } as const;
    const { values, perUser } = await evaluate(engine, model, question, { seed: 1 });
    expect(values).toMatchObject({ 'recall@20': 1, 'ndcg@20': 1, 'mrr@20': 1, 'coverage@20': 2 / 3 });
    expect([...perUser['recall@20']!]).toEqual([1, 1]);
  });

  it('gives each user of a model of factors the own scores, in batches as in one', async () => {
    const rows = Array.from({ length: 600 }, (_, user) => [user % 3]);
    const heldOut = csrOf(rows, 3);
    const users = Uint32Array.from(rows.keys());
    const oneHot = (count: number) => {
      const factors = new Float32Array(count * 16);
      for (let row = 0; row < count; row++) factors[row * 16 + (row % 3)] = 1;
      return factors;
    };
    const model = { kind: 'factors', dimensions: 16, users: oneHot(600), items: oneHot(3) } as const;
    const question = { users, heldOut, masked: null, popularity: countPopularity(heldOut).scores };
    const { values } = await evaluate(engine, model, question, { seed: 1, metrics: { first: recallAt(1) } });
    expect(values['first']).toBe(1);
  });

  it('draws no more users than the limit, without repeats, the same for the same seed', () => {
    const rows = csrOf(
      Array.from({ length: 50 }, () => [0]),
      2,
    );
    const users = sampleUsers(rows, rows, 20, 3);
    expect(new Set(users).size).toBe(20);
    expect(sampleUsers(rows, rows, 20, 3)).toEqual(users);
  });

  it('ranks a positive among its given negatives alone', async () => {
    const model = { kind: 'popularity', scores: Float32Array.of(9, 5, 1, 7) } as const;
    const question = { user: 0, positive: 1, negatives: Uint32Array.of(2, 3) };
    const perUser = await evaluateSampled(engine, model, 4, [question], { mrr: reciprocalRankAt(10) }, { seed: 1 });
    expect(perUser['mrr']![0]).toBe(1 / 2);
  });
});

describe('next to the means', () => {
  it('the bootstrap interval holds the mean, narrows with more users and is the same for the same seed', () => {
    const hits = (count: number) => Float64Array.from({ length: count }, (_, user) => (user % 4 === 0 ? 1 : 0));
    const intervalOf = (perUser: Float64Array) => bootstrapIntervals({ hits: perUser }, 1)['hits']!;
    const [low, high] = intervalOf(hits(400));
    expect(low).toBeLessThan(0.25);
    expect(high).toBeGreaterThan(0.25);
    // 1.96 standard errors of a share of a quarter over 400 users.
    expect(high - low).toBeCloseTo(2 * 1.96 * Math.sqrt((0.25 * 0.75) / 400), 1);
    expect(intervalOf(hits(400))).toEqual([low, high]);
    const [narrowLow, narrowHigh] = intervalOf(hits(4_000));
    expect(narrowHigh - narrowLow).toBeLessThan(high - low);
  });
});

it('counts what is shown right where the catalogue is shorter than a list', async () => {
  // Each has seen another item, so that the lists of two together show all three.
  const [train, test] = [eventsOf([[0], [1], [2]], 3), eventsOf([[1], [2], [0]], 3)];
  const model = { kind: 'popularity', scores: Float32Array.of(3, 2, 1) } as const;
  const { values } = await evaluate(engine, model, askFor({ train, test }, 10, 1), { seed: 1 });
  expect(values['coverage@20']).toBe(1);
  expect(values['gini@20']).toBe(0);
});

describe('popularity', () => {
  it('orders by users, equal counts by lower index, and skips what is excluded', () => {
    const popularity = countPopularity(csrOf([[1, 2], [1, 3], [3]], 5));
    expect([...popularity.scores]).toEqual([0, 2, 1, 2, 0]);
    expect([...popularity.order]).toEqual([1, 3, 2, 0, 4]);
    expect([...topPopular(popularity, 2, Uint32Array.of(1, 2))]).toEqual([3, 0]);
    expect(topPopular(rankByScore(new Float32Array(5)), 100, Uint32Array.of())).toHaveLength(5);
  });
});
