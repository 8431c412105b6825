import type { Result, Trainer, TrainerOptions, TrainingProgress, TrainingResult } from '../family.js';
import type { SearchReport } from '../tasks/search-report.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import type { FitContext, FitProgress, FitReached, FitState } from './fit.js';
import type { RecipeChoice } from './recipe.js';
import type { SearchOptions, SearchReached } from './search.js';
import { SteppedJob, type Pause } from './stepped-job.js';
import type { TrialNews } from './trial-news.js';

/** What a family brings to a job; steps, progress, checkpoints and the order of work are the same for all. */
export interface Learner<
  Data,
  HeldOut extends { train: Data },
  Recipe extends string,
  Fit extends { release: () => void },
> {
  /** What a job that goes on from a checkpoint must agree on. */
  identity: object;
  data: Data;
  /** Throws `TrainingInputError` where nothing is left to measure on. */
  holdOut: () => HeldOut;
  /** The recipe with its settings, or how they are searched for. */
  choose: RecipeChoice<Recipe> | SearchFor<Data, Recipe>;
  fit: (choice: RecipeChoice<Recipe>, data: Data, context: FitContext) => Promise<Fit>;
  /** With the task's baselines next to it. */
  measure: (
    choice: RecipeChoice<Recipe>,
    fit: Fit,
    heldOut: HeldOut,
    report: (fraction: number) => Promise<void>,
  ) => Promise<Measured>;
  /** The artifact of a fit to everything. */
  publish: (fit: Fit) => Uint8Array<ArrayBuffer>;
}

/** Looks for the recipe within the training side. */
export type SearchFor<Data, Recipe extends string> = (
  train: Data,
  options: Pick<SearchOptions<Recipe>, 'resume' | 'report' | 'enough'>,
) => Promise<Chosen<Recipe>>;

interface Chosen<Recipe extends string> {
  choice: RecipeChoice<Recipe>;
  report: SearchReport | null;
}

/** What a fit came to on what it had not seen. */
export interface Measured {
  result: Result;
  /** What else there is to tell of it, of the form of the task's report; `search` is added to it. */
  report?: object;
}

/** How far a job has come next to the fit under way; what is not reached yet is null. */
interface JobState<Recipe extends string> {
  search: SearchReached<Recipe> | null;
  chosen: Chosen<Recipe> | null;
  /** Of the fit on the training side; the fit on everything follows. */
  measured: Measured | null;
}

interface Trained<Recipe extends string, Fit> {
  choice: RecipeChoice<Recipe>;
  fit: Fit;
  measured: Measured;
  search: SearchReport | null;
}

/** Where each phase ends, over the whole job. */
const PROGRESS_AT = { fitted: 0.42, evaluated: 0.52, refitted: 0.98 };
const TUNED_AT = 0.7;

const NOTHING_DONE = { search: null, chosen: null, measured: null };
const NOTHING_MEASURED = { loss: null, validation: null, examplesPerSecond: null, trial: null };

/** Chooses a recipe where none is given, fits it to the training side, measures it on the rest, then refits it to everything. */
export function createTrainer<
  Data,
  HeldOut extends { train: Data },
  Recipe extends string,
  Fit extends { release: () => void },
>(learner: Learner<Data, HeldOut, Recipe, Fit>, options: TrainerOptions): Trainer {
  return new SteppedTrainer(learner, options);
}

class SteppedTrainer<
  Data,
  HeldOut extends { train: Data },
  Recipe extends string,
  Fit extends { release: () => void },
> implements Trainer {
  private readonly job: SteppedJob<TrainingProgress, Trained<Recipe, Fit>>;
  private published: TrainingResult | undefined;
  private last: TrainingProgress = { phase: 'fitting', progress: 0, epoch: 0, epochs: 0, ...NOTHING_MEASURED };
  private state: JobState<Recipe> = NOTHING_DONE;
  /** Of an earlier attempt, for the first fit of its phase. */
  private resumed: FitState | null = null;
  private reachedFit: FitReached | null = null;
  /** Whether the state says more than a checkpoint that was taken before. */
  private hasNews = false;
  private resumedMs = performance.now();

  constructor(
    private readonly learner: Learner<Data, HeldOut, Recipe, Fit>,
    private readonly options: TrainerOptions,
  ) {
    if (options.checkpoint) {
      const { reached, fit } = readCheckpoint<JobState<Recipe>>(learner.identity, options.checkpoint);
      this.state = reached;
      this.resumed = fit;
    }
    if (typeof learner.choose === 'function' && !this.state.chosen) this.last = { ...this.last, phase: 'tuning' };
    this.job = new SteppedJob((pause) => this.train(pause), options.signal);
  }

  get done(): boolean {
    return this.job.result !== undefined;
  }

  async epoch(): Promise<TrainingProgress> {
    if (this.done) throw new Error('The trainer is done; call finalize().');
    this.resumedMs = performance.now();
    const next = await this.job.step();
    this.last = next ?? { ...this.last, phase: 'publishing', progress: PROGRESS_AT.refitted, trial: null };
    return this.last;
  }

  async checkpoint(): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.hasNews ? writeCheckpoint(this.learner.identity, this.state, this.reachedFit) : null;
  }

  async finalize(): Promise<TrainingResult> {
    if (!this.job.result) throw new Error('The trainer is not done; call epoch() until it is.');
    this.published ??= this.publish(this.job.result);
    return this.published;
  }

  /** The whole job; each pause is the end of one `epoch()` call. */
  private async train(pause: Pause<TrainingProgress>): Promise<Trained<Recipe, Fit>> {
    await pause(this.last);
    const heldOut = this.learner.holdOut();
    const { choice, report: search } = await this.choose(heldOut, pause);
    const from = search ? TUNED_AT : 0;
    const at = (phase: keyof typeof PROGRESS_AT) => from + (1 - from) * PROGRESS_AT[phase];
    const measured = this.state.measured ?? (await this.fitAndMeasure(choice, heldOut, from, at, pause));
    const refitting = this.stage(pause, 'refitting', at('evaluated'), PROGRESS_AT.refitted);
    return { choice, fit: await this.fit(choice, this.learner.data, refitting), measured, search };
  }

  private async choose({ train }: HeldOut, pause: Pause<TrainingProgress>): Promise<Chosen<Recipe>> {
    const { choose } = this.learner;
    if (typeof choose !== 'function') return { choice: choose, report: null };
    if (this.state.chosen) return this.state.chosen;
    const report = this.stage(pause, 'tuning', 0, TUNED_AT);
    const chosen = await choose(train, {
      resume: this.state.search,
      enough: this.options.enough,
      report: ({ fraction, latest: trial, ...search }) => {
        this.reach({ search });
        return report({ epoch: 0, epochs: 0, fraction, trial });
      },
    });
    this.reach({ search: null, chosen });
    return chosen;
  }

  private async fitAndMeasure(
    choice: RecipeChoice<Recipe>,
    heldOut: HeldOut,
    from: number,
    at: (phase: keyof typeof PROGRESS_AT) => number,
    pause: Pause<TrainingProgress>,
  ): Promise<Measured> {
    const fit = await this.fit(choice, heldOut.train, this.stage(pause, 'fitting', from, at('fitted')));
    const evaluating = this.stage(pause, 'evaluating', at('fitted'), at('evaluated'));
    try {
      const report = (fraction: number) => evaluating({ epoch: 0, epochs: 0, fraction });
      const measured = await this.learner.measure(choice, fit, heldOut, report);
      this.reach({ measured });
      return measured;
    } finally {
      fit.release();
    }
  }

  private async fit(
    choice: RecipeChoice<Recipe>,
    data: Data,
    report: (progress: FitProgress) => Promise<void>,
  ): Promise<Fit> {
    const { engine, device, seed, signal } = this.options;
    const resume = this.resumed;
    this.resumed = null;
    const fit = await this.learner.fit(choice, data, { engine, device, seed, signal, resume, report });
    // The arrays of the last state now belong to the model, or to nobody.
    this.hasNews = false;
    this.reachedFit = null;
    return fit;
  }

  private publish({ choice, fit, measured, search }: Trained<Recipe, Fit>): TrainingResult {
    const artifact = this.learner.publish(fit);
    fit.release();
    const report = search || measured.report ? { ...measured.report, ...(search && { search }) } : null;
    return {
      versions: [{ recipe: choice.recipe, artifact, result: measured.result, report }],
      warnings: search?.warning ? [search.warning] : [],
    };
  }

  /** Maps a fit's progress to its part of the job, and remembers what it would take to go on from there. */
  private stage(
    pause: Pause<TrainingProgress>,
    phase: TrainingProgress['phase'],
    start: number,
    end: number,
  ): (progress: FitProgress & { trial?: TrialNews | null }) => Promise<void> {
    return ({ fraction, epoch, epochs, examples, loss = null, validation = null, trial = null, state }) => {
      if (state) this.hasNews = true;
      // What an earlier report of this fit could read has moved on since; the checkpoint taken then is the better one.
      else if (this.reachedFit) this.hasNews = false;
      this.reachedFit = state ?? null;
      const seconds = (performance.now() - this.resumedMs) / 1000;
      const examplesPerSecond = examples === undefined ? null : examples / seconds;
      const progress = start + fraction * (end - start);
      return pause({ phase, progress, epoch, epochs, loss, validation, examplesPerSecond, trial });
    };
  }

  private reach(state: Partial<JobState<Recipe>>): void {
    this.state = { ...this.state, ...state };
    this.hasNews = true;
  }
}
