import { describe, expect, it } from 'vitest';
import { sharedEngine } from '../engine.js';
import { TrainingInputError } from '../family.js';
import { loadPredictor } from '../predictors.js';
import { runToEnd } from '../training/conformance.js';
import type { RecommenderInput } from './input.js';
import { createRecommenderTrainer } from './trainer.js';

const engine = await sharedEngine();

function inputOf(pairs: [user: number, item: number][], changes: Partial<RecommenderInput> = {}): RecommenderInput {
  const count = (column: 0 | 1) => pairs.reduce((most, pair) => Math.max(most, pair[column] + 1), 0);
  return {
    userIds: Array.from({ length: count(0) }, (_, user) => `u${user}`),
    itemIds: Array.from({ length: count(1) }, (_, item) => `i${item}`),
    users: Uint32Array.from(pairs, ([user]) => user),
    items: Uint32Array.from(pairs, ([, item]) => item),
    values: null,
    timestamps: null,
    eventTypes: null,
    userAttributes: Array.from({ length: count(0) }, () => null),
    itemAttributes: Array.from({ length: count(1) }, () => null),
    ...changes,
  };
}

async function train(input: RecommenderInput, recipe = 'ials', settings: object = {}) {
  const result = await runToEnd(createRecommenderTrainer(input, { recipe, settings, seed: 1, engine }));
  return { ...result, predictor: await loadPredictor('recommender', result.artifact, engine) };
}

/** Two tastes: ten users each for the first and the last five of ten items. */
const tastes = Array.from({ length: 20 }, (_, user) =>
  Array.from({ length: 4 }, (__, i): [number, number] => [user, 5 * (user % 2) + ((user + i) % 5)]),
).flat();

describe('odd input is trained on', () => {
  it('when all users are identical: what all have is what is ranked', async () => {
    const alike = Array.from({ length: 20 }, (_, user) =>
      [0, 1, 2].map((item): [number, number] => [user, item]),
    ).flat();
    const { predictor, result } = await train(inputOf(alike), 'item-knn');
    expect((await predictor.recommendations({ userId: 'u0', limit: 5, excludeSeen: true })).items).toEqual([]);
    expect(result.values['recall@20']).toBe(1);
  });

  it('when pairs repeat: a pair stays on one side of the split and counts once', async () => {
    const once = await train(inputOf(tastes), 'rp3beta');
    const thrice = await train(inputOf([...tastes, ...tastes, ...tastes]), 'rp3beta');
    expect(thrice.result).toEqual(once.result);
    expect(Buffer.compare(thrice.artifact, once.artifact)).toBe(0);
  });

  it('when ids are emoji, hold NUL or look like numbers', async () => {
    const ids = ['👩‍👩‍👧', 'a\0b', '0', '-0', ' ', '\u202E', '\u00e9', 'e\u0301', '…', '0x0'];
    const userIds = Array.from({ length: 20 }, (_, user) => ids[user % 10] + (user < 10 ? '' : '2'));
    const { predictor } = await train(inputOf(tastes, { itemIds: ids, userIds }), 'ials', { factors: 8 });
    for (const userId of userIds) {
      const { source, items } = await predictor.recommendations({ userId, limit: 10, excludeSeen: false });
      expect(source).toBe('model');
      expect(items.map(({ itemId }) => itemId).sort()).toEqual([...ids].sort());
    }
  });

  it('when values are negative: explicit-mf predicts them, the others count them as 0', async () => {
    const values = Float32Array.from(tastes, ([user]) => (user % 3) - 2);
    const rated = await train(inputOf(tastes, { values }), 'explicit-mf', { factors: 8, epochs: 5 });
    expect(Number.isFinite(rated.result.values['rmse'])).toBe(true);
    const ranked = await train(inputOf(tastes, { values }), 'ials', { factors: 8, confidence: 'log' });
    expect(ranked.result.values['recall@20']).toBeGreaterThan(0);
  });

  it('when a user has every item, and when there are more factors than items', async () => {
    const everything = Array.from({ length: 10 }, (_, item): [number, number] => [20, item]);
    const { predictor } = await train(inputOf([...tastes, ...everything]), 'ials', { factors: 256 });
    expect((await predictor.recommendations({ userId: 'u20', limit: 10, excludeSeen: true })).items).toEqual([]);
    expect((await predictor.recommendations({ userId: 'u20', limit: 10, excludeSeen: false })).items).toHaveLength(10);
  });

  it('when items have no interactions: they are ranked last, not lost', async () => {
    const itemIds = Array.from({ length: 12 }, (_, item) => `i${item}`);
    const itemAttributes = itemIds.map(() => null);
    const { predictor } = await train(inputOf(tastes, { itemIds, itemAttributes }), 'ease');
    expect((await predictor.recommendations({ userId: 'u0', limit: 20, excludeSeen: false })).items).toHaveLength(12);
  });

  it('when one user has a million interactions; at length (`npm run quality`), ten', { timeout: 120_000 }, async () => {
    const count = process.env['QUALITY_FULL'] ? 10_000_000 : 1_000_000;
    const users = new Uint32Array(count + tastes.length).fill(20);
    const items = Uint32Array.from(users.keys(), (position) => position % 10);
    tastes.forEach(([user, item], i) => ([users[i], items[i]] = [user, item]));
    const { result } = await train({ ...inputOf([...tastes, [20, 0]]), users, items }, 'popularity');
    expect(result.evaluated.count).toBeGreaterThan(10);
  });
});

describe.each([
  ['sequence', { factors: 16, epochs: 2, layers: 1 }],
  ['two-tower', { factors: 16, epochs: 2 }],
  ['embedding-mf', { factors: 16, epochs: 2 }],
  ['hybrid', { generators: ['rp3beta', 'item-knn'] }],
])('%s', (recipe, settings) => {
  const timestamps = Float64Array.from(tastes.keys());
  const equal = new Float32Array(tastes.length).fill(4);

  it('trains where all ratings are equal and there is too little to validate on', async () => {
    const { predictor } = await train(inputOf(tastes, { timestamps, values: equal }), recipe, settings);
    const { items } = await predictor.recommendations({ userId: 'u3', limit: 10, excludeSeen: false });
    expect(items).toHaveLength(10);
    for (const { score } of items) expect(score).toSatisfy(Number.isFinite);
  });

  it('refuses one user, one item, or users of one interaction each, each with what to do', async () => {
    const single = Array.from({ length: 20 }, (_, user): [number, number] => [user, user % 5]);
    for (const pairs of [[[0, 0]], tastes.filter(([user]) => user === 0), single] as [number, number][][]) {
      const some = { timestamps: Float64Array.from(pairs.keys()), values: new Float32Array(pairs.length).fill(4) };
      const attempt = train(inputOf(pairs, some), recipe, settings);
      await expect(attempt).rejects.toThrow(TrainingInputError);
      await expect(attempt).rejects.toThrow(/[Uu]pload/);
    }
  });
});

describe('numbers that explode', () => {
  it('end the job with what to change, not with a model of NaN', async () => {
    const values = Float32Array.from(tastes, ([user]) => (user % 2 ? 1e38 : -1e38));
    const attempt = train(inputOf(tastes, { values }), 'embedding-mf', { learningRate: 0.1 });
    await expect(attempt).rejects.toThrow(TrainingInputError);
    await expect(attempt).rejects.toThrow(/left the range of numbers.*learningRate/);
  });
});

describe('interactions without a value among others with one', () => {
  it('teach explicit-mf nothing, and weigh 1 elsewhere', async () => {
    const values = Float32Array.from(tastes, (_, i) => (i % 5 === 0 ? NaN : 4));
    const { result } = await train(inputOf(tastes, { values }), 'explicit-mf', { factors: 8, epochs: 5 });
    expect(result.values['rmse']).toBeLessThan(0.1);
    const ranked = await train(inputOf(tastes, { values }), 'ials', { factors: 8, confidence: 'linear' });
    expect(ranked.result.values['recall@20']).toBeGreaterThan(0);
  });
});

describe('ratings that are few', () => {
  /** One value among all interactions. */
  const oneRating = (place: number) => {
    const values = new Float32Array(tastes.length).fill(NaN);
    values[place] = 4;
    return inputOf(tastes, { values });
  };

  it('leave the metrics of ratings out where none is on the test side, and say so where none is left to learn from', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, place) => train(oneRating(place * 5), 'explicit-mf', { factors: 8, epochs: 2 })),
    );
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toBeInstanceOf(TrainingInputError);
        expect(outcome.reason.message).toMatch(/none is left to learn from.*rows with a value/);
      } else {
        for (const value of Object.values(outcome.value.result.values)) expect(Number.isFinite(value)).toBe(true);
        expect(outcome.value.result.values).not.toHaveProperty('rmse');
      }
    }
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['fulfilled', 'rejected']));
  });
});

describe('a user of whom nothing was learnt', () => {
  it.each(['rp3beta', 'ials', 'user-knn'])('gets what is popular from %s, and is told why', async (recipe) => {
    const pairs = [...tastes, [20, 0], [20, 1]] as [number, number][];
    const codes = Uint32Array.from(pairs, ([user]) => (user === 20 ? 0 : 1));
    const eventTypes = { names: ['hide', 'view'], codes };
    const settings = { eventWeights: { hide: 0 } };
    const { predictor } = await train(inputOf(pairs, { eventTypes }), recipe, settings);
    const answer = await predictor.recommendations({ userId: 'u20', limit: 5, excludeSeen: false });
    expect(answer).toMatchObject({ source: 'popularity', fallbackReason: 'nothing_learnt' });
    expect(answer.items[0]!.score).toBeGreaterThan(0);
    expect((await predictor.recommendations({ userId: 'u1', limit: 5, excludeSeen: false })).source).toBe('model');
  });
});

it('event types named as what every object has weigh what they are given, or 1', async () => {
  const eventTypes = {
    names: ['constructor', 'toString', '__proto__'],
    codes: Uint32Array.from(tastes, (_, i) => i % 3),
  };
  const odd = await train(inputOf(tastes, { eventTypes }), 'rp3beta', { eventWeights: { view: 2 } });
  const plain = await train(inputOf(tastes), 'rp3beta');
  expect(odd.result).toEqual(plain.result);
});

describe('input that cannot be trained on is refused with what, where and what to do', () => {
  it.each([Infinity, -Infinity])('a value that is %s', async (value) => {
    const values = new Float32Array(tastes.length).fill(1);
    values[7] = value;
    const attempt = train(inputOf(tastes, { values }), 'ials');
    await expect(attempt).rejects.toThrow(TrainingInputError);
    await expect(attempt).rejects.toThrow(/user "u1" with item "i9" has a value that is not a finite number/);
  });

  it('every interaction weighing 0', async () => {
    const eventTypes = { names: ['view'], codes: new Uint32Array(tastes.length) };
    const attempt = train(inputOf(tastes, { eventTypes }), 'rp3beta', { eventWeights: { view: 0 } });
    await expect(attempt).rejects.toThrow(TrainingInputError);
    await expect(attempt).rejects.toThrow(/every interaction weighs 0.*"eventWeights"/);
  });

  it('a model that would not fit into the memory', async () => {
    const options = { recipe: 'ease', settings: {}, seed: 1, engine } as const;
    const attempt = runToEnd(createRecommenderTrainer(inputOf(tastes), { ...options, memoryBytesMax: 1_000 }));
    await expect(attempt).rejects.toThrow(/needs about .* GiB of memory for 20 users and 10 items/);
  });
});
