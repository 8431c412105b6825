import { expect, it } from 'vitest';
import { bestOverTime, byRecipe } from './best-so-far';

const trial = (number: number, recipe: string, value: number, isOnSample = false) => {
  return { number, recipe, metric: 'ndcg@20', value, seconds: 2, isOnSample };
};
const trials = [trial(1, 'popularity', 0.1), trial(2, 'ials', 0.3), trial(3, 'ials', 0.9, true), trial(4, 'ials', 0.2)];

it('compares what was measured on all rows alone, and counts all', () => {
  expect(byRecipe(trials, false)).toEqual([
    { recipe: 'ials', best: 0.3, tried: 3, seconds: 6 },
    { recipe: 'popularity', best: 0.1, tried: 1, seconds: 2 },
  ]);
  expect(byRecipe(trials, true)[0]).toMatchObject({ recipe: 'popularity', best: 0.1 });
});

it('the best so far never gets worse', () => {
  expect(bestOverTime(trials, false).map(({ value }) => value)).toEqual([0.1, 0.3, 0.3]);
  expect(bestOverTime(trials, true).map(({ value }) => value)).toEqual([0.1, 0.1, 0.1]);
});
