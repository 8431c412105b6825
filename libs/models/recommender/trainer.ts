import { training, TrainingInputError, type Trainer, type TrainerOptions } from '../family.js';
import { bootstrapIntervals } from '../training/bootstrap-intervals.js';
import { defaultMemoryBytesMax } from '../training/memory.js';
import { createTrainer, type Learner, type Measured, type SearchFor } from '../training/trainer.js';
import { writeArtifact } from './artifact.js';
import { chooseGoal } from './auto/data-report.js';
import { tune } from './auto/tune.js';
import { holdOut, measure, type Goal, type HeldOut } from './evaluation/hold-out.js';
import { distinctPairs, readEvents, type Events } from './events.js';
import { readInput, type RecommenderInput } from './input.js';
import { recommenderManifest, type FittableRecipe, type RecipeChoice, type RecipeKey } from './manifest.js';
import type { Fit } from './recipes/fit.js';
import { countPopularity, rankByScore } from './recipes/popularity.js';
import { fitRecipe, parseChoice } from './recipes/recipes.js';
import type { AutoSettings } from './settings.js';

/**
 * Fits on 80 % of the interactions, measures on the rest with popularity next to the model, then refits on all of them.
 * Throws {@link TrainingInputError} when the recipe, its settings or the input cannot be used.
 */
export function createRecommenderTrainer(input: RecommenderInput, options: TrainerOptions): Trainer {
  assertTrainable(input);
  return createTrainer(recommenderLearner(input, options), options);
}

export const startRecommender = training(readInput, createRecommenderTrainer);

function recommenderLearner(
  input: RecommenderInput,
  options: TrainerOptions,
): Learner<Events, HeldOut, FittableRecipe, Fit> {
  const { recipe, settings } = parseChoice(options.recipe, options.settings);
  const { engine, seed, signal } = options;
  const events = readEvents(input);
  const memoryBytesMax = options.memoryBytesMax ?? defaultMemoryBytesMax(engine);
  const goal = () => goalOf(recipe, settings, events);
  const searchFor: SearchFor<Events, FittableRecipe> = (train, progress) => {
    const { budgetSeconds } = settings as AutoSettings;
    return tune(train, { engine, seed, signal, goal: goal(), memoryBytesMax, budgetSeconds, ...progress });
  };
  return {
    identity: { recipe, settings, seed, interactions: events.users.length },
    data: events,
    holdOut: () => holdOut(events, goal(), seed),
    choose: recipe === 'auto' ? searchFor : { recipe, settings },
    fit: (choice, data, context) => fitRecipe(choice, data, memoryBytesMax, context),
    measure: (choice, fit, heldOut, report) => measureWithFloor(choice, fit, heldOut, options, report),
    publish: (fit) => publish(input, events, fit),
  };
}

/** A recipe for what comes next is measured on each user's last event, the others on a fifth of the pairs. */
function goalOf(recipe: RecipeKey, settings: Record<string, unknown>, events: Events): Goal {
  if (recipe === 'auto') return chooseGoal(events, (settings as AutoSettings).goal);
  return recommenderManifest.recipes[recipe].goal === 'next' && events.timestamps ? 'next' : 'taste';
}

async function measureWithFloor(
  { recipe }: RecipeChoice,
  { model }: Fit,
  heldOut: HeldOut,
  { engine, seed, signal }: TrainerOptions,
  report: (fraction: number) => Promise<void>,
): Promise<Measured> {
  const predictsRatings = recommenderManifest.recipes[recipe].goal === 'ratings';
  const half = (done: number) => (fraction: number) => report((done + fraction) / 2);
  const options = { seed, ...(signal ? { signal } : {}) };
  const baseline = { kind: 'popularity', scores: heldOut.question.popularity } as const;
  const floor = await measure(engine, baseline, heldOut, predictsRatings, { ...options, report: half(0) });
  const ours = await measure(engine, model, heldOut, predictsRatings, { ...options, report: half(1) });
  const result = {
    values: ours.values,
    baselines: { popularity: floor.values },
    intervals: bootstrapIntervals(ours.perUser, seed),
    evaluated: { of: 'users', count: heldOut.question.users.length },
  };
  return { result };
}

function publish(input: RecommenderInput, events: Events, fit: Fit): Uint8Array<ArrayBuffer> {
  const { userIds, itemIds, itemAttributes } = input;
  const seen = distinctPairs(events);
  const model = fit.model.kind === 'popularity' ? null : fit.model;
  const popularity = fit.model.kind === 'popularity' ? rankByScore(fit.model.scores) : countPopularity(seen);
  return writeArtifact({ userIds, itemIds, itemAttributes, seen, popularity, model });
}

function assertTrainable({ users, userIds, itemIds }: RecommenderInput): void {
  const found = `This data set has ${users.length} interactions of ${userIds.length} users with ${itemIds.length} items.`;
  if (users.length === 0) throw new TrainingInputError(`${found} Upload interactions, then train again.`);
  if (userIds.length < 2 || itemIds.length < 2) {
    throw new TrainingInputError(
      `${found} A recommender needs at least 2 users and 2 items; upload more, then train again.`,
    );
  }
}
