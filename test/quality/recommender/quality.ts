import { tune } from '../../../libs/models/recommender/auto/tune.js';
import type { RecipeChoice } from '../../../libs/models/recommender/manifest.js';
import { fitRecipe, parseChoice } from '../../../libs/models/recommender/recipes/recipes.js';
import { autoSettings } from '../../../libs/models/recommender/settings.js';
import { defaultMemoryBytesMax } from '../../../libs/models/training/memory.js';
import type { FamilyQuality, Row } from '../family-quality.js';
import { ROWS, type RecommenderRow } from './rows.js';

export const recommender: FamilyQuality = {
  rows: ROWS.map(rowOf),
  searchSeconds: autoSettings.parse({}).budgetSeconds,
  // Not `sequence`, a fit of which takes a quarter of an hour.
  ofChance: new Set(['ials', 'ials++', 'bpr', 'explicit-mf', 'embedding-mf', 'two-tower', 'hybrid']),
  slow: new Set(['sequence', 'two-tower']),
};

const report = async () => undefined;

function rowOf({ goal, load, ...row }: RecommenderRow): Row {
  return {
    ...row,
    isSearched: goal !== null,
    load: () => {
      const { train, measure } = load();
      return {
        fitAndMeasure: async (engine, recipe, settings, seed) => {
          const choice = parseChoice(recipe, settings) as RecipeChoice;
          const fit = await fitRecipe(choice, train, defaultMemoryBytesMax(engine), { engine, seed, report });
          const measured = await measure(engine, fit);
          fit.release();
          return measured;
        },
        search: async (engine, budgetSeconds) => {
          const memoryBytesMax = defaultMemoryBytesMax(engine);
          const tuned = await tune(train, { engine, seed: 1, goal: goal!, budgetSeconds, memoryBytesMax, report });
          return { ...tuned.choice, explanation: tuned.report.explanation };
        },
      };
    },
  };
}
