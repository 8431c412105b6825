import { z, type ZodType } from 'zod';
import { buildCsr, type Csr } from '../../compute/csr/kernel.js';
import {
  TrainingInputError,
  type Trainer,
  type TrainerOptions,
  type TrainingInput,
  type TrainingProgress,
  type TrainingResult,
} from '../family.js';
import { writeArtifact } from './artifact.js';
import { evaluate, EVALUATED_USERS_MAX, sampleUsers, type Candidates } from './evaluation/evaluate.js';
import { splitInteractions, type Split } from './evaluation/split.js';
import { ialsSettings, popularitySettings, type IalsSettings } from './manifest.js';
import { fitIals } from './recipes/ials.js';
import { countPopularity } from './recipes/popularity.js';

const TEST_SHARE = 0.2;
/** Where each phase ends, over the whole job. */
const PROGRESS_AT = { fitted: 0.42, evaluated: 0.52, refitted: 0.98 };

interface Fitted {
  metrics: TrainingResult['metrics'];
  interactions: Csr;
  candidates: Candidates;
}

/**
 * Fits on 80 % of the interactions, measures on the rest with popularity beside the model, then refits on all of them.
 * A pair counts once however often it occurs; values and timestamps are not used.
 * Throws {@link TrainingInputError} when the recipe, its settings or the input cannot be used.
 */
export function createRecommenderTrainer(input: TrainingInput, options: TrainerOptions): Trainer {
  assertTrainable(input);
  return new RecommenderTrainer(input, parseSettings(options), options);
}

class RecommenderTrainer implements Trainer {
  private readonly input: TrainingInput;
  private readonly signal: AbortSignal | undefined;
  private readonly steps: Generator<TrainingProgress, Fitted>;
  private readonly epochs: number;
  private fitted: Fitted | undefined;

  constructor(input: TrainingInput, settings: IalsSettings | null, { seed, signal }: TrainerOptions) {
    this.input = input;
    this.signal = signal;
    this.epochs = settings?.epochs ?? 0;
    this.steps = train(input, settings, seed);
  }

  get done(): boolean {
    return this.fitted !== undefined;
  }

  epoch(): TrainingProgress {
    this.signal?.throwIfAborted();
    if (this.fitted) throw new Error('The trainer is done; call finalize().');
    const step = this.steps.next();
    if (!step.done) return step.value;
    this.fitted = step.value;
    return { phase: 'publishing', progress: PROGRESS_AT.refitted, epoch: this.epochs, epochs: this.epochs };
  }

  finalize(): TrainingResult {
    if (!this.fitted) throw new Error('The trainer is not done; call epoch() until it is.');
    const { interactions, candidates, metrics } = this.fitted;
    const { userIds, itemIds, itemAttributes } = this.input;
    const artifact = writeArtifact({ userIds, itemIds, itemAttributes, seen: interactions, ...candidates });
    return { artifact, metrics };
  }
}

/** The whole job as one sequence; each yield is the end of one `epoch()` call. `settings` is null for popularity. */
function* train(
  input: TrainingInput,
  settings: IalsSettings | null,
  seed: number,
): Generator<TrainingProgress, Fitted> {
  const interactions = buildInteractions(input);
  const split = splitInteractions(interactions, TEST_SHARE, seed);
  const users = sampleUsers(split, EVALUATED_USERS_MAX, seed);
  assertMeasurable(users);
  const epochs = settings?.epochs ?? 0;
  yield { phase: 'fitting', progress: 0, epoch: 0, epochs };
  const measured = yield* fit(split.train, settings, seed, 'fitting', 0, PROGRESS_AT.fitted);
  const metrics = yield* measure(measured, split, users, epochs);
  const candidates = yield* fit(interactions, settings, seed, 'refitting', PROGRESS_AT.evaluated, PROGRESS_AT.refitted);
  return { metrics, interactions, candidates };
}

function* fit(
  interactions: Csr,
  settings: IalsSettings | null,
  seed: number,
  phase: TrainingProgress['phase'],
  start: number,
  end: number,
): Generator<TrainingProgress, Candidates> {
  const popularity = countPopularity(interactions);
  if (settings === null) return { popularity, factors: null };
  const steps = fitIals(interactions, settings, seed);
  for (;;) {
    const step = steps.next();
    if (step.done) return { popularity, factors: step.value };
    const { epoch, fraction } = step.value;
    yield { phase, progress: start + fraction * (end - start), epoch, epochs: settings.epochs };
  }
}

function* measure(
  candidates: Candidates,
  split: Split,
  users: Uint32Array,
  epochs: number,
): Generator<TrainingProgress, TrainingResult['metrics']> {
  const steps = evaluate(candidates, split, users);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const progress = PROGRESS_AT.fitted + step.value * (PROGRESS_AT.evaluated - PROGRESS_AT.fitted);
    yield { phase: 'evaluating', progress, epoch: epochs, epochs };
  }
}

/** Null for popularity, which has no settings. */
function parseSettings({ recipe, settings }: TrainerOptions): IalsSettings | null {
  if (recipe === 'ials') return parseWith(ialsSettings, recipe, settings);
  if (recipe !== 'popularity') throw new TrainingInputError(`There is no recipe "${recipe}".`);
  parseWith(popularitySettings, recipe, settings);
  return null;
}

function parseWith<T>(schema: ZodType<T>, recipe: string, settings: unknown): T {
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new TrainingInputError(`The settings do not fit the recipe "${recipe}": ${z.prettifyError(parsed.error)}`);
}

function buildInteractions({ users, items, userIds, itemIds }: TrainingInput): Csr {
  const [rows, columns] = [userIds.length, itemIds.length];
  return buildCsr({ rows, columns, rowIndices: users, columnIndices: items, values: null });
}

function assertTrainable({ users, userIds, itemIds }: TrainingInput): void {
  const found = `This data set has ${users.length} interactions of ${userIds.length} users with ${itemIds.length} items.`;
  if (users.length === 0) throw new TrainingInputError(`${found} Upload interactions, then train again.`);
  if (userIds.length < 2 || itemIds.length < 2) {
    throw new TrainingInputError(
      `${found} A recommender needs at least 2 users and 2 items; upload more, then train again.`,
    );
  }
}

function assertMeasurable(users: Uint32Array): void {
  if (users.length > 0) return;
  throw new TrainingInputError(
    'No user is left to measure the model on: holding out a fifth of the interactions needs users with at least 2 different items each. Upload more interactions per user, then train again.',
  );
}
