import { describe, expect, it } from 'vitest';
import { sharedEngine } from '../engine.js';
import { TrainingInputError, type TrainerOptions } from '../family.js';
import { findRecipe, manifests } from '../manifests.js';
import { loadPredictor } from '../predictors.js';
import { describeRecommendationConformance } from '../tasks/recommendation/conformance.js';
import { describeTrainerConformance, runToEnd } from '../training/conformance.js';
import { checkerboardInput } from './checkerboard.js';
import type { RecommenderInput } from './input.js';
import type { RecipeKey } from './manifest.js';
import { assertFinite } from './recipes/fit.js';
import { createRecommenderTrainer } from './trainer.js';

// Every user goes once round the items of the own colour and ends just before the one that is missing.
const board = checkerboardInput();
const timestamps = Float64Array.from(board.users, (user, i) => (board.items[i]! - user + 120) % 120);
const values = new Float32Array(timestamps.length).fill(4);

/** What a recipe promises on the checkerboard. */
interface Promised {
  /** Settings that are quick on 120 × 120. */
  settings: Record<string, unknown>;
  /** Least recall@20 on what the recipe holds out; popularity reaches about 0.3. */
  recallFloor: number;
  /** What the recipe needs next to the pairs. */
  changes?: Partial<RecommenderInput>;
}

/** Every recipe: one that is not here does not compile. */
const CONFORMANCE: Record<RecipeKey, Promised> = {
  auto: { settings: { budgetSeconds: 5 }, recallFloor: 0.95 },
  ials: { settings: { factors: 8 }, recallFloor: 0.95 },
  'ials++': { settings: { factors: 16, blockSize: 16 }, recallFloor: 0.95 },
  bpr: { settings: { factors: 8, epochs: 30 }, recallFloor: 0.9 },
  ease: { settings: {}, recallFloor: 0.95 },
  slim: { settings: {}, recallFloor: 0.95 },
  'item-knn': { settings: {}, recallFloor: 0.95 },
  'user-knn': { settings: {}, recallFloor: 0.95 },
  rp3beta: { settings: {}, recallFloor: 0.95 },
  markov: { settings: {}, recallFloor: 0.95, changes: { timestamps } },
  'explicit-mf': { settings: { epochs: 3 }, recallFloor: 0.1, changes: { values } },
  sequence: {
    settings: { factors: 16, epochs: 3, layers: 1, batchSize: 16, learningRate: 0.02, length: 20 },
    recallFloor: 0.9,
    changes: { timestamps },
  },
  'embedding-mf': { settings: { epochs: 3, batchSize: 256 }, recallFloor: 0.1, changes: { values } },
  hybrid: { settings: { generators: ['rp3beta', 'item-knn'] }, recallFloor: 0.95 },
  'two-tower': { settings: { factors: 16, epochs: 6, batchSize: 256, learningRate: 0.02 }, recallFloor: 0.9 },
  popularity: { settings: {}, recallFloor: 0.1 },
  trending: { settings: {}, recallFloor: 0, changes: { timestamps } },
  random: { settings: {}, recallFloor: 0.1 },
};

for (const [recipe, { settings, recallFloor, changes }] of Object.entries(CONFORMANCE)) {
  const name = `recommender/${recipe}`;
  const start = async (options: Partial<TrainerOptions> = {}) => {
    const job = { recipe, settings, seed: 1, engine: await sharedEngine(), ...options };
    return createRecommenderTrainer({ ...checkerboardInput(), ...changes }, job);
  };
  describeTrainerConformance(name, start);
  describeRecommendationConformance({
    name,
    train: async () => runToEnd(await start()),
    load: (artifact) => loadPredictor('recommender', artifact),
    recallFloor,
  });
}

function inputOf(pairs: [user: number, item: number][], users: number, items: number): RecommenderInput {
  return {
    userIds: Array.from({ length: users }, (_, user) => `u${user}`),
    itemIds: Array.from({ length: items }, (_, item) => `i${item}`),
    users: Uint32Array.from(pairs, ([user]) => user),
    items: Uint32Array.from(pairs, ([, item]) => item),
    values: null,
    timestamps: null,
    eventTypes: null,
    userAttributes: Array.from({ length: users }, () => null),
    itemAttributes: Array.from({ length: items }, () => null),
  };
}

const startIals = async (input: RecommenderInput, settings: unknown = {}) =>
  createRecommenderTrainer(input, { recipe: 'ials', settings, seed: 1, engine: await sharedEngine() });

describe('ials', () => {
  it('recommends the one item that is missing from the colour of the user', async () => {
    const { artifact } = await runToEnd(await startIals(checkerboardInput(), { factors: 8 }));
    const predictor = await loadPredictor('recommender', artifact);
    for (const user of [0, 1, 57, 119]) {
      const { items } = await predictor.recommendations({ userId: `user-${user}`, limit: 1, excludeSeen: true });
      expect(items[0]!.itemId).toBe(`item-${user}`);
    }
  });

  it('trains with more factors than items, and with a user who has every item', async () => {
    const everything = [0, 1, 2, 3, 4].map((item): [number, number] => [0, item]);
    const input = inputOf([...everything, [1, 0], [1, 1], [2, 1], [2, 2], [2, 3], [1, 4]], 3, 5);
    const result = await runToEnd(await startIals(input, { factors: 64 }));
    const predictor = await loadPredictor('recommender', result.artifact);
    expect((await predictor.recommendations({ userId: 'u0', limit: 5, excludeSeen: true })).items).toEqual([]);
    expect((await predictor.recommendations({ userId: 'u0', limit: 5, excludeSeen: false })).items).toHaveLength(5);
  });

  it('counts a repeated pair once', async () => {
    const input = checkerboardInput();
    const repeated = {
      ...input,
      users: Uint32Array.from([...input.users, ...input.users]),
      items: Uint32Array.from([...input.items, ...input.items]),
    };
    const train = async (each: RecommenderInput) => runToEnd(await startIals(each, { factors: 8, epochs: 2 }));
    const [once, twice] = await Promise.all([train(input), train(repeated)]);
    expect(Buffer.compare(once.artifact, twice.artifact)).toBe(0);
    expect(once.result).toEqual(twice.result);
  });

  it('reports factors that are not finite as something the customer can act on', () => {
    expect(() => assertFinite(Float32Array.of(1), Float32Array.of(0, NaN))).toThrow(TrainingInputError);
    expect(() => assertFinite(Float32Array.of(Infinity))).toThrow(/Raise "regularization"/);
    expect(() => assertFinite(Float32Array.of(1, -2, 0))).not.toThrow();
  });
});

describe('input that cannot be trained on', () => {
  const one: [number, number][] = [
    [0, 0],
    [0, 1],
  ];
  const oneEach: [number, number][] = [
    [0, 0],
    [1, 1],
    [2, 0],
  ];
  it.each([
    ['no interactions', inputOf([], 3, 3), /0 interactions of 3 users with 3 items.*Upload/],
    ['one user', inputOf(one, 1, 2), /at least 2 users and 2 items/],
    ['one item', inputOf(oneEach, 3, 1), /at least 2 users and 2 items/],
    ['one item per user', inputOf(oneEach, 3, 2), /users with at least 2 different items/],
  ])('%s is refused with a reason', async (_name, input, message) => {
    const train = async () => runToEnd(await startIals(input));
    await expect(train()).rejects.toThrow(TrainingInputError);
    await expect(train()).rejects.toThrow(message);
  });

  it('refuses unknown recipes and settings out of range', async () => {
    await expect(startIals(checkerboardInput(), { factors: 7 })).rejects.toThrow(/factors/);
    await expect(startIals(checkerboardInput(), { layers: 2 })).rejects.toThrow(TrainingInputError);
    const engine = await sharedEngine();
    const options = { recipe: 'magic', settings: {}, seed: 1, engine } as const;
    expect(() => createRecommenderTrainer(checkerboardInput(), options)).toThrow(/no recipe "magic"/);
  });
});

describe.each(Object.entries(manifests.recommender.recipes))('%s', (_recipe, { settings, memoryBytes }) => {
  it('has a default for every setting, and is expected to hold more the more there is to learn from', () => {
    const sizes = (rows: number) => ({ interactions: { rows, statistics: { users: rows, items: rows } } });
    const defaults = settings.parse({}) as Record<string, unknown>;
    expect(memoryBytes(defaults, sizes(1_000))).toBeGreaterThan(0);
    expect(memoryBytes(defaults, sizes(10_000))).toBeGreaterThan(memoryBytes(defaults, sizes(1_000)));
  });
});

describe('findRecipe', () => {
  it('knows the recipes of a family, each of which conforms', () => {
    expect(Object.keys(manifests.recommender.recipes)).toEqual(Object.keys(CONFORMANCE));
    expect(findRecipe('recommender', 'ials')).toBe(manifests.recommender.recipes['ials']);
    for (const name of ['magic', 'constructor']) expect(findRecipe('recommender', name)).toBeUndefined();
    expect(findRecipe('constructor', 'ials')).toBeUndefined();
  });
});
