import type { Trial } from './training-progress';

/** What the trials of one recipe came to. */
export interface RecipeTrials {
  recipe: string;
  /** By the metric that decides, of those on all rows; undefined before there is one. */
  best: number | undefined;
  tried: number;
  seconds: number;
}

/** Each recipe, the best first. Those on a part of the rows are counted, but their values compare with each other alone. */
export function byRecipe(trials: Trial[], isLowerBetter: boolean): RecipeTrials[] {
  const recipes = Map.groupBy(trials, ({ recipe }) => recipe);
  const rows = Array.from(recipes, ([recipe, ofIt]) => {
    const [best] = sortedBest(ofIt, isLowerBetter);
    return {
      recipe,
      best: best?.value,
      tried: ofIt.length,
      seconds: ofIt.reduce((sum, { seconds }) => sum + seconds, 0),
    };
  });
  const worst = isLowerBetter ? Infinity : -Infinity;
  const sign = isLowerBetter ? 1 : -1;
  return rows.sort((a, b) => sign * ((a.best ?? worst) - (b.best ?? worst)));
}

/** After each trial on all rows, the best until then. */
export function bestOverTime(trials: Trial[], isLowerBetter: boolean): { number: number; value: number }[] {
  let best: number | undefined;
  return trials
    .filter(({ isOnSample }) => !isOnSample)
    .map(({ number, value }) => {
      if (best === undefined || (isLowerBetter ? value < best : value > best)) best = value;
      return { number, value: best };
    });
}

function sortedBest(trials: Trial[], isLowerBetter: boolean): Trial[] {
  const compared = trials.filter(({ isOnSample }) => !isOnSample);
  return compared.sort((a, b) => (isLowerBetter ? a.value - b.value : b.value - a.value));
}
