import { describe, expect, it } from 'vitest';
import { checkerboard, describeRankingConformance, runToEnd } from '../conformance.js';
import { TrainingInputError, type TrainingInput } from '../family.js';
import { findRecipe, recipeKeys } from '../manifests.js';
import { loadPredictor } from '../predictors.js';
import { createTrainer } from '../trainers.js';
import { assertFinite } from './recipes/ials.js';

describeRankingConformance({ family: 'recommender', recipe: 'ials', settings: { factors: 8 }, recallFloor: 0.95 });
describeRankingConformance({ family: 'recommender', recipe: 'popularity', settings: {}, recallFloor: 0.1 });

function inputOf(pairs: [user: number, item: number][], users: number, items: number): TrainingInput {
  return {
    userIds: Array.from({ length: users }, (_, user) => `u${user}`),
    itemIds: Array.from({ length: items }, (_, item) => `i${item}`),
    users: Uint32Array.from(pairs, ([user]) => user),
    items: Uint32Array.from(pairs, ([, item]) => item),
    values: null,
    timestamps: null,
    itemAttributes: Array.from({ length: items }, () => null),
  };
}

const startIals = (input: TrainingInput, settings: unknown = {}) =>
  createTrainer(input, { family: 'recommender', recipe: 'ials', settings, seed: 1 });

describe('ials', () => {
  it('recommends the one item that is missing from the colour of the user', () => {
    const { artifact } = runToEnd(startIals(checkerboard(), { factors: 8 }));
    const predictor = loadPredictor('recommender', artifact);
    for (const user of [0, 1, 57, 119]) {
      const { items } = predictor.recommend({ userId: `user-${user}`, limit: 1, excludeSeen: true });
      expect(items[0].itemId).toBe(`item-${user}`);
    }
  });

  it('trains with more factors than items, and with a user who has every item', () => {
    const everything = [0, 1, 2, 3, 4].map((item): [number, number] => [0, item]);
    const input = inputOf([...everything, [1, 0], [1, 1], [2, 1], [2, 2], [2, 3], [1, 4]], 3, 5);
    const result = runToEnd(startIals(input, { factors: 64 }));
    const predictor = loadPredictor('recommender', result.artifact);
    expect(predictor.recommend({ userId: 'u0', limit: 5, excludeSeen: true }).items).toEqual([]);
    expect(predictor.recommend({ userId: 'u0', limit: 5, excludeSeen: false }).items).toHaveLength(5);
  });

  it('counts a repeated pair once', () => {
    const input = checkerboard();
    const repeated = {
      ...input,
      users: Uint32Array.of(...input.users, ...input.users),
      items: Uint32Array.of(...input.items, ...input.items),
    };
    const [once, twice] = [input, repeated].map((each) => runToEnd(startIals(each, { factors: 8, epochs: 2 })));
    expect(Buffer.compare(once.artifact, twice.artifact)).toBe(0);
    expect(once.metrics).toEqual(twice.metrics);
  });

  it('reports factors that are not finite as something the customer can act on', () => {
    expect(() => assertFinite(Float32Array.of(1), Float32Array.of(0, NaN))).toThrow(TrainingInputError);
    expect(() => assertFinite(Float32Array.of(Infinity))).toThrow(/Raise "regularization"/);
    expect(() => assertFinite(Float32Array.of(1, -2, 0))).not.toThrow();
  });
});

describe('input that cannot be trained on', () => {
  it.each([
    ['no interactions', inputOf([], 3, 3), /0 interactions of 3 users with 3 items.*Upload/],
    [
      'one user',
      inputOf(
        [
          [0, 0],
          [0, 1],
        ],
        1,
        2,
      ),
      /at least 2 users and 2 items/,
    ],
    [
      'one item',
      inputOf(
        [
          [0, 0],
          [1, 0],
        ],
        2,
        1,
      ),
      /at least 2 users and 2 items/,
    ],
    [
      'one item per user',
      inputOf(
        [
          [0, 0],
          [1, 1],
          [2, 0],
        ],
        3,
        2,
      ),
      /users with at least 2 different items/,
    ],
  ])('%s is refused with a reason', (_name, input, message) => {
    const train = () => runToEnd(startIals(input));
    expect(train).toThrow(TrainingInputError);
    expect(train).toThrow(message);
  });

  it('refuses unknown recipes and settings out of range', () => {
    expect(() => startIals(checkerboard(), { factors: 7 })).toThrow(/factors/);
    expect(() => startIals(checkerboard(), { layers: 2 })).toThrow(TrainingInputError);
    const options = { family: 'recommender', recipe: 'magic', settings: {}, seed: 1 } as const;
    expect(() => createTrainer(checkerboard(), options)).toThrow(/no recipe "magic"/);
  });
});

describe('findRecipe', () => {
  it('names the family of each recipe', () => {
    expect(recipeKeys).toEqual(['ials', 'popularity']);
    for (const recipe of recipeKeys) expect(findRecipe(recipe)).toMatchObject({ family: 'recommender', recipe });
    expect(findRecipe('magic')).toBeUndefined();
  });
});
