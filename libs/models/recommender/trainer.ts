import {
  training,
  TrainingInputError,
  type Trainer,
  type TrainerOptions,
  type TrainingProgress,
  type Result,
  type TrainingResult,
} from '../family.js';
import { writeArtifact } from './artifact.js';
import { chooseGoal } from './auto/data-report.js';
import { tune, type SearchProgress } from './auto/tune.js';
import { NOTHING_DONE, readCheckpoint, writeCheckpoint, type JobIdentity, type JobState } from './checkpoint.js';
import { bootstrapIntervals } from './evaluation/bootstrap.js';
import { holdOut, measure, type Goal, type HeldOut } from './evaluation/hold-out.js';
import { distinctPairs, readEvents, type Events } from './events.js';
import { readInput, type RecommenderInput } from './input.js';
import { SteppedJob, type Pause } from './job.js';
import type { RecipeChoice, RecipeKey } from './manifest.js';
import { defaultMemoryBytesMax } from './memory.js';
import type { Fit, FitProgress, FitReached, FitState } from './recipes/fit.js';
import { countPopularity, rankByScore } from './recipes/popularity.js';
import { fitRecipe, parseChoice } from './recipes/recipes.js';
import type { AutoSettings } from './settings.js';
import type { SearchReport } from '../tasks/recommendation/task.js';

/** Recipes whose point is the order of time are measured on each user's last event, the others on a fifth of the pairs. */
const PREDICTS_NEXT = new Set<RecipeKey>(['markov', 'sequence', 'trending']);

const PREDICTS_RATINGS = new Set<RecipeKey>(['embedding-mf', 'explicit-mf']);

/** Where each phase ends, over the whole job. */
const PROGRESS_AT = { fitted: 0.42, evaluated: 0.52, refitted: 0.98 };
const TUNED_AT = 0.7;

const NOTHING_MEASURED = { loss: null, validation: null, examplesPerSecond: null };

interface Trained {
  choice: RecipeChoice;
  fit: Fit;
  result: Result;
  search: SearchReport | null;
}

/**
 * Fits on 80 % of the interactions, measures on the rest with popularity next to the model, then refits on all of them.
 * Throws {@link TrainingInputError} when the recipe, its settings or the input cannot be used.
 */
export function createRecommenderTrainer(input: RecommenderInput, options: TrainerOptions): Trainer {
  assertTrainable(input);
  const { recipe, settings } = parseChoice(options.recipe, options.settings);
  return new RecommenderTrainer(input, recipe, settings, options);
}

export const startRecommender = training(readInput, createRecommenderTrainer);

class RecommenderTrainer implements Trainer {
  private readonly input: RecommenderInput;
  private readonly recipe: RecipeKey;
  private readonly settings: Record<string, unknown>;
  private readonly options: TrainerOptions;
  private readonly events: Events;
  private readonly job: SteppedJob<TrainingProgress, Trained>;
  private published: TrainingResult | undefined;
  private last: TrainingProgress = { phase: 'fitting', progress: 0, epoch: 0, epochs: 0, ...NOTHING_MEASURED };
  private state: JobState = NOTHING_DONE;
  /** Of an earlier attempt, for the first fit of its phase. */
  private resumed: FitState | null = null;
  private reachedFit: FitReached | null = null;
  /** Whether the state says more than a checkpoint that was taken before. */
  private hasNews = false;
  private resumedMs = performance.now();

  constructor(input: RecommenderInput, recipe: RecipeKey, settings: Record<string, unknown>, options: TrainerOptions) {
    this.input = input;
    this.recipe = recipe;
    this.settings = settings;
    this.options = options;
    this.events = readEvents(input);
    if (options.checkpoint) {
      const { reached, fit } = readCheckpoint(this.identity(), options.checkpoint);
      this.state = reached;
      this.resumed = fit;
    }
    this.job = new SteppedJob((pause) => this.train(pause), options.signal);
  }

  get done(): boolean {
    return this.job.result !== undefined;
  }

  async epoch(): Promise<TrainingProgress> {
    if (this.done) throw new Error('The trainer is done; call finalize().');
    this.resumedMs = performance.now();
    const next = await this.job.step();
    this.last = next ?? { ...this.last, phase: 'publishing', progress: PROGRESS_AT.refitted };
    return this.last;
  }

  async checkpoint(): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.hasNews ? writeCheckpoint(this.identity(), this.state, this.reachedFit) : null;
  }

  async finalize(): Promise<TrainingResult> {
    if (!this.job.result) throw new Error('The trainer is not done; call epoch() until it is.');
    this.published ??= this.publish(this.job.result);
    return this.published;
  }

  /** The whole job; each pause is the end of one `epoch()` call. */
  private async train(pause: Pause<TrainingProgress>): Promise<Trained> {
    await pause(this.last);
    const heldOut = holdOut(this.events, this.goal(), this.options.seed);
    const { choice, report: search } = await this.choose(heldOut, pause);
    const from = search ? TUNED_AT : 0;
    const at = (phase: keyof typeof PROGRESS_AT) => from + (1 - from) * PROGRESS_AT[phase];
    const result = this.state.result ?? (await this.fitAndMeasure(choice, heldOut, from, at, pause));
    const refitting = this.stage(pause, 'refitting', at('evaluated'), PROGRESS_AT.refitted);
    return { choice, fit: await this.fit(choice, this.events, refitting), result, search };
  }

  private async fitAndMeasure(
    choice: RecipeChoice,
    heldOut: HeldOut,
    from: number,
    at: (phase: keyof typeof PROGRESS_AT) => number,
    pause: Pause<TrainingProgress>,
  ): Promise<Result> {
    const fit = await this.fit(choice, heldOut.train, this.stage(pause, 'fitting', from, at('fitted')));
    const evaluating = this.stage(pause, 'evaluating', at('fitted'), at('evaluated'));
    const result = await this.measure(choice, fit, heldOut, evaluating);
    this.reach({ result });
    return result;
  }

  private goal(): Goal {
    if (this.recipe === 'auto') return chooseGoal(this.events, (this.settings as AutoSettings).goal);
    return PREDICTS_NEXT.has(this.recipe) && this.events.timestamps ? 'next' : 'taste';
  }

  private async choose(
    { train }: HeldOut,
    pause: Pause<TrainingProgress>,
  ): Promise<{ choice: RecipeChoice; report: SearchReport | null }> {
    const { recipe, settings } = this;
    if (recipe !== 'auto') return { choice: { recipe, settings }, report: null };
    if (this.state.chosen) return this.state.chosen;
    const { engine, seed, signal } = this.options;
    const report = this.stage(pause, 'tuning', 0, TUNED_AT);
    const tuned = await tune(train, {
      engine,
      seed,
      signal,
      goal: this.goal(),
      memoryBytesMax: this.memoryBytesMax(),
      budgetSeconds: (settings as AutoSettings).budgetSeconds,
      resume: this.state.search,
      report: ({ fraction, ...search }: SearchProgress) => {
        this.reach({ search });
        return report({ epoch: 0, epochs: 0, fraction });
      },
    });
    const chosen = { choice: tuned.choice, report: tuned.report };
    this.reach({ search: null, chosen });
    return chosen;
  }

  private async fit(
    choice: RecipeChoice,
    events: Events,
    report: (progress: FitProgress) => Promise<void>,
  ): Promise<Fit> {
    const { engine, device, seed, signal } = this.options;
    const resume = this.resumed;
    this.resumed = null;
    const fit = await fitRecipe(choice, events, this.memoryBytesMax(), {
      engine,
      device,
      seed,
      signal,
      resume,
      report,
    });
    // The arrays of the last state now belong to the model, or to nobody.
    this.hasNews = false;
    this.reachedFit = null;
    return fit;
  }

  private async measure(
    { recipe }: RecipeChoice,
    { model, release }: Fit,
    heldOut: HeldOut,
    report: (progress: FitProgress) => Promise<void>,
  ): Promise<Result> {
    const { engine, seed, signal } = this.options;
    const predictsRatings = PREDICTS_RATINGS.has(recipe);
    const half = (done: number) => (fraction: number) =>
      report({ epoch: 0, epochs: 0, fraction: (done + fraction) / 2 });
    const options = { seed, ...(signal ? { signal } : {}) };
    try {
      const baseline = { kind: 'popularity', scores: heldOut.question.popularity } as const;
      const floor = await measure(engine, baseline, heldOut, predictsRatings, { ...options, report: half(0) });
      const ours = await measure(engine, model, heldOut, predictsRatings, { ...options, report: half(1) });
      return {
        values: ours.values,
        baselines: { popularity: floor.values },
        intervals: bootstrapIntervals(ours.perUser, seed),
        evaluated: { of: 'users', count: heldOut.question.users.length },
      };
    } finally {
      release();
    }
  }

  private publish({ choice, fit, result, search }: Trained): TrainingResult {
    const { userIds, itemIds, itemAttributes } = this.input;
    const seen = distinctPairs(this.events);
    const model = fit.model.kind === 'popularity' ? null : fit.model;
    const popularity = fit.model.kind === 'popularity' ? rankByScore(fit.model.scores) : countPopularity(seen);
    const artifact = writeArtifact({ userIds, itemIds, itemAttributes, seen, popularity, model });
    fit.release();
    const report = search && { search };
    return {
      versions: [{ recipe: choice.recipe, artifact, result, report }],
      warnings: search?.warning ? [search.warning] : [],
    };
  }

  /** Maps a fit's progress to its part of the job, and remembers what it would take to go on from there. */
  private stage(
    pause: Pause<TrainingProgress>,
    phase: TrainingProgress['phase'],
    start: number,
    end: number,
  ): (progress: FitProgress) => Promise<void> {
    return ({ fraction, epoch, epochs, examples, loss = null, validation = null, state }) => {
      if (state) this.hasNews = true;
      // What an earlier report of this fit could read has moved on since; the checkpoint taken then is the better one.
      else if (this.reachedFit) this.hasNews = false;
      this.reachedFit = state ?? null;
      const seconds = (performance.now() - this.resumedMs) / 1000;
      const examplesPerSecond = examples === undefined ? null : examples / seconds;
      const progress = start + fraction * (end - start);
      return pause({ phase, progress, epoch, epochs, loss, validation, examplesPerSecond });
    };
  }

  private reach(state: Partial<JobState>): void {
    this.state = { ...this.state, ...state };
    this.hasNews = true;
  }

  private identity(): JobIdentity {
    const { recipe, settings, options, events } = this;
    return { recipe, settings, seed: options.seed, interactions: events.users.length };
  }

  private memoryBytesMax(): number {
    return this.options.memoryBytesMax ?? defaultMemoryBytesMax(this.options.engine);
  }
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
