import type { Engine } from '../../../compute/engine/engine.js';
import { TrainingInputError } from '../../family.js';
import { distinctPairs, ratedEvents, type Events } from '../events.js';
import type { FittedModel } from '../fitted-model.js';
import { countPopularity } from '../recipes/popularity.js';
import {
  evaluate,
  EVALUATED_USERS_MAX,
  sampleUsers,
  type Evaluation,
  type EvaluationOptions,
  type Question,
} from './evaluate.js';
import { itemMeans, predictorOf, ratingErrors } from './rating-errors.js';
import { splitAtRandom, splitLastOut, type Split } from './split.js';

const TEST_SHARE = 0.2;

/** What is to be predicted: the rest of a user's taste (a fifth of the pairs), or what the user does next (the last event). */
export type Goal = 'taste' | 'next';

/** A split with the question that it asks of a model fitted to its training side. */
export interface HeldOut extends Split {
  question: Question;
}

/**
 * Holds out what the goal asks for and draws at most `limit` users to measure on.
 * Throws {@link TrainingInputError} when no user is left.
 */
export function holdOut(events: Events, goal: Goal, seed: number, limit = EVALUATED_USERS_MAX): HeldOut {
  const split = goal === 'taste' ? splitAtRandom(events, TEST_SHARE, seed) : splitLastOut(events);
  const question = askFor(split, limit, seed);
  if (question.users.length > 0) return { ...split, question };
  throw new TrainingInputError(
    'No user is left to measure the model on: holding out a fifth of the interactions needs users with at least 2 different items each. Upload more interactions per user, then train again.',
  );
}

/** Full ranking of everything that the user does not have in training, for users on both sides of the split. */
export function askFor({ train, test }: Split, limit: number, seed: number): Question {
  const [masked, heldOut] = [distinctPairs(train), distinctPairs(test)];
  const popularity = countPopularity(masked).scores;
  return { users: sampleUsers(masked, heldOut, limit, seed), heldOut, masked, popularity };
}

/** All metrics of a model; those of ratings only for one that predicts them. */
export async function measure(
  engine: Engine,
  model: FittedModel,
  { train, test, question }: HeldOut,
  predictsRatings: boolean,
  options: EvaluationOptions,
): Promise<Evaluation> {
  const evaluation = await evaluate(engine, model, question, options);
  if (!predictsRatings || test.values === null) return evaluation;
  const [known, asked] = [ratedEvents(train), ratedEvents(test)];
  // A mean over no rating is no number: the metrics of ratings are then absent, for the model and the floor alike.
  if (asked.users.length === 0) return evaluation;
  const means = itemMeans(known);
  const predict = model.kind === 'factors' ? predictorOf(model, known) : (_user: number, item: number) => means[item]!;
  return { ...evaluation, values: { ...evaluation.values, ...ratingErrors(asked, predict) } };
}
