import { hash32 } from '../../../compute/random/kernel.js';
import type { SearchReport } from '../../tasks/search-report.js';
import { search, type SearchOptions } from '../../training/search.js';
import { holdOut, measure, type Goal } from '../evaluation/hold-out.js';
import { filterEvents, type Events } from '../events.js';
import type { FittableRecipe, RecipeChoice } from '../manifest.js';
import { fitRecipe, parseChoice } from '../recipes/recipes.js';
import { chooseCandidates } from './candidates.js';
import { describeData } from './data-report.js';
import { explainChoice, warnOfFloor } from './explanation.js';
import { searchSpaceOf } from './search-space.js';

export interface TuneOptions extends SearchOptions<FittableRecipe> {
  goal: Goal;
  memoryBytesMax: number;
}

export interface Tuned {
  choice: RecipeChoice;
  report: SearchReport;
}

const MEASURED_USERS = 5_000;

/** Searches for the recipe and settings that rank best what is held out; throws {@link TrainingInputError} where not even popularity can be fitted. */
export async function tune(events: Events, options: TuneOptions): Promise<Tuned> {
  const { goal, memoryBytesMax, seed } = options;
  const { candidates, unsuitable } = chooseCandidates(events, options);
  const { leaderboard, leftOut, heldOut } = await search(
    {
      data: events,
      sizeOf: ({ users }) => users.length,
      sampleOf: (all, share) => filterEvents(all, (position) => hash32(seed, all.users[position], 1) / 2 ** 32 < share),
      // The caller held out by the seed itself: by the same draws nothing would be left to hold out.
      holdOut: (all) => holdOut(all, goal, hash32(seed, 2, 0), MEASURED_USERS),
      candidates,
      unsuitable,
      spaceOf: (recipe) => searchSpaceOf(recipe, { order: goal === 'next' }),
      choose: (recipe, settings) => parseChoice(recipe, settings) as RecipeChoice,
      fit: (choice, train, context) => fitRecipe(choice, train, memoryBytesMax, context),
      measure: async ({ model }, sample, { engine, report, ...context }) => {
        const told = (fraction: number) => report({ epoch: 0, epochs: 0, fraction });
        return (await measure(engine, model, sample, false, { ...context, report: told })).values;
      },
      objective: 'ndcg@20',
    },
    options,
  );
  const [{ recipe, settings }] = leaderboard;
  const explanation = explainChoice({
    data: describeData(events),
    goal,
    leaderboard,
    skipped: leftOut,
    measuredUsers: heldOut.question.users.length,
  });
  return {
    choice: { recipe, settings },
    report: { recipe, settings, explanation, warning: warnOfFloor(recipe), leaderboard },
  };
}
