import type { Engine } from '../../../compute/engine/engine.js';
import { hash32, Random } from '../../../compute/random/kernel.js';
import { TrainingInputError, type LeaderboardEntry, type MetricValues, type TuningReport } from '../../family.js';
import { holdOut, measure, type Goal, type HeldOut } from '../evaluation/hold-out.js';
import { filterEvents, type Events } from '../events.js';
import type { FittableRecipe, RecipeChoice } from '../manifest.js';
import { fitRecipe, parseChoice } from '../recipes/recipes.js';
import { chooseCandidates } from './candidates.js';
import { describeData } from './data-report.js';
import { explainChoice } from './explanation.js';
import { drawSettings, moveSettings, searchSpaceOf } from './search-space.js';

export interface TuneOptions {
  engine: Engine;
  seed: number;
  signal?: AbortSignal | undefined;
  goal: Goal;
  /** The search ends by then; a fit under way is given up. */
  budgetSeconds: number;
  memoryBytesMax: number;
  /** What an earlier search of the same data had tried. */
  resume?: Omit<SearchProgress, 'fraction'> | null;
  /** Called between trials; rejects once the search is to end. */
  report: (progress: SearchProgress) => Promise<void>;
}

export interface SearchProgress {
  /** Of the budget that is gone, 0..1. */
  fraction: number;
  elapsedSeconds: number;
  /** Every trial so far, in order. */
  attempts: AttemptRecord[];
}

/** How a trial went; a search that is taken up again is told rather than tries again. */
export interface AttemptRecord {
  trial: Trial | null;
  /** Why it could not be fitted, where that is the data's or the memory's fault. */
  refusal: string | null;
}

export interface Tuned {
  choice: RecipeChoice;
  report: TuningReport;
}

/** What the search maximises on the held-out interactions. */
export const OBJECTIVE = 'ndcg@20';

/** Trials of each recipe in the first round, its defaults among them. */
const TRIALS_PER_RECIPE = 12;
/** The share of the trials that go on to the next round. */
const PROMOTED_SHARE = 1 / 3;
const REFINEMENTS_MAX = 24;
/** Recipes within this share of the leader are refined beside it: the difference may be one of settings. */
const NEAR = 0.9;
/** Interactions that the fits of the first round see where there are more; each round then sees four times as many. */
const FIRST_ROUND_INTERACTIONS = 250_000;
const GROWTH = 4;
/** Users to measure on, by round from the last. */
const MEASURED_USERS = [5_000, 2_000, 1_000];
/** The share of the budget by the end of the first and of the second round. */
const ROUND_ENDS = [0.35, 0.5];

interface Trial extends RecipeChoice {
  metrics: MetricValues;
  seconds: number;
}

/**
 * Chooses recipe and settings by successive halving (Jamieson and Talwalkar 2016) over {@link searchSpaceOf}: many trials on
 * a sample of the users, the best of them on more, and the best of each recipe on all, followed by small steps around the
 * leaders. The first trial of each recipe has the default settings. All draws are seeded; time decides only where the
 * budget cuts the search off, so a budget that is ample gives the same answer on any machine. Throws
 * {@link TrainingInputError} where not even popularity can be fitted.
 */
export async function tune(events: Events, options: TuneOptions): Promise<Tuned> {
  return new Search(events, options).run();
}

class Search {
  private readonly events: Events;
  private readonly options: TuneOptions;
  private readonly random: Random;
  private readonly startedMs: number;
  /** Those of an earlier search first. */
  private readonly attempts: AttemptRecord[];
  private attempted = 0;
  private readonly skipped = new Map<FittableRecipe, string>();
  private readonly candidates: FittableRecipe[];

  constructor(events: Events, options: TuneOptions) {
    this.events = events;
    this.options = options;
    this.random = Random.seeded(options.seed);
    this.attempts = [...(options.resume?.attempts ?? [])];
    this.startedMs = performance.now() - 1000 * (options.resume?.elapsedSeconds ?? 0);
    this.candidates = chooseCandidates(events, options, this.skipped);
  }

  async run(): Promise<Tuned> {
    const rounds = this.samples();
    let choices = this.firstChoices();
    for (const [index, sample] of rounds.slice(0, -1).entries()) {
      const trials = await this.tryAll(choices, sample, ROUND_ENDS[index]);
      choices = this.promote(trials, choices);
    }
    const everything = rounds.at(-1)!;
    const finalists = await this.tryAll(choices, everything, 1);
    const refined = await this.refine(finalists, everything);
    return this.conclude(refined, everything);
  }

  /** What each round fits and measures, the last one all of it. */
  private samples(): HeldOut[] {
    const { goal, seed } = this.options;
    const shares = [1];
    const total = this.events.users.length;
    while (shares.length < MEASURED_USERS.length)
      shares.unshift(Math.min(1, Math.max(shares[0] / GROWTH, FIRST_ROUND_INTERACTIONS / total)));
    return shares.map((share, round) => {
      const isDrawn = (user: number) => hash32(seed, user, 1) / 2 ** 32 < share;
      const { users } = this.events;
      const sample = share === 1 ? this.events : filterEvents(this.events, (position) => isDrawn(users[position]));
      // The caller held out by the seed itself: by the same draws nothing would be left to hold out.
      return holdOut(sample, goal, hash32(seed, 2, 0), MEASURED_USERS[shares.length - 1 - round]);
    });
  }

  /** Every recipe's defaults first, then draws from each recipe in turn. */
  private firstChoices(): RecipeChoice[] {
    const choices: RecipeChoice[] = [];
    for (let trial = 0; trial < TRIALS_PER_RECIPE; trial++) {
      for (const recipe of this.candidates) {
        const space = this.spaceOf(recipe);
        if (trial > 0 && Object.keys(space).length === 0) continue;
        choices.push(choose(recipe, trial === 0 ? {} : drawSettings(space, this.random)));
      }
    }
    return choices;
  }

  /** Tries the choices in their order until the share of the budget is gone; best first. */
  private async tryAll(choices: RecipeChoice[], sample: HeldOut, budgetShare: number): Promise<Trial[]> {
    const trials: Trial[] = [];
    for (const choice of choices) {
      const trial = await this.attempt(choice, sample, budgetShare);
      if (trial) trials.push(trial);
      if (this.attempted === this.attempts.length) await this.report();
    }
    return trials.sort(byObjective);
  }

  /** The best third, and of each recipe the best one; where the budget cut the round short, what was not tried is lost. */
  private promote(trials: Trial[], choices: RecipeChoice[]): RecipeChoice[] {
    const keptCount = Math.ceil(trials.length * PROMOTED_SHARE);
    const promoted = trials.filter((trial, place) => place < keptCount || isBestOfRecipe(trial, place, trials));
    return promoted.length > 0 ? promoted : choices;
  }

  /** Small steps, growing smaller, around the best of each recipe that comes near the leader, in turn. */
  private async refine(finalists: Trial[], sample: HeldOut): Promise<Trial[]> {
    const trials = [...finalists];
    for (let step = 0; step < REFINEMENTS_MAX; step++) {
      const size = 0.25 * 0.9 ** step;
      const rivals = trials.filter(isBestOfRecipe).filter((trial) => isNear(trial, trials[0]));
      const moved = rivals.flatMap(({ recipe, settings }) => {
        const space = this.spaceOf(recipe);
        const isTunable = Object.keys(space).length > 0;
        return isTunable ? [choose(recipe, moveSettings(space, settings, size, this.random))] : [];
      });
      const isOver = this.elapsedSeconds() >= this.options.budgetSeconds;
      // What an earlier search had tried counts, however late it is now.
      if (moved.length === 0 || (isOver && this.attempted >= this.attempts.length)) break;
      trials.push(...(await this.tryAll(moved, sample, 1)));
      trials.sort(byObjective);
    }
    return trials;
  }

  /** Null where the trial could not be fitted in the time or the memory that is left. */
  private async attempt(choice: RecipeChoice, sample: HeldOut, budgetShare: number): Promise<Trial | null> {
    if (this.attempted === this.attempts.length) this.attempts.push(await this.carryOut(choice, sample, budgetShare));
    const { trial, refusal } = this.attempts[this.attempted++];
    if (refusal !== null) this.skipped.set(choice.recipe, refusal);
    return trial;
  }

  private async carryOut(choice: RecipeChoice, sample: HeldOut, budgetShare: number): Promise<AttemptRecord> {
    const { engine, seed, signal, memoryBytesMax, budgetSeconds } = this.options;
    const leftMs = 1000 * (budgetShare * budgetSeconds - this.elapsedSeconds());
    // Popularity costs next to nothing and must always be there to compare with.
    const isFloor = choice.recipe === 'popularity';
    if (leftMs <= 0 && !isFloor) return { trial: null, refusal: null };
    const deadline = isFloor ? undefined : AbortSignal.timeout(Math.ceil(leftMs));
    const either = [signal, deadline].filter((each) => each !== undefined);
    const limits = { seed, signal: AbortSignal.any(either) };
    const startedMs = performance.now();
    const report = async () => limits.signal.throwIfAborted();
    try {
      const fit = await fitRecipe(choice, sample.train, memoryBytesMax, { engine, ...limits, report });
      try {
        const metrics = await measure(engine, fit.model, sample, false, { ...limits, report });
        const seconds = (performance.now() - startedMs) / 1000;
        return { trial: { ...choice, metrics, seconds }, refusal: null };
      } finally {
        fit.release();
      }
    } catch (error) {
      if (signal?.aborted || (!deadline?.aborted && !(error instanceof TrainingInputError))) throw error;
      return { trial: null, refusal: error instanceof TrainingInputError ? error.message : null };
    }
  }

  private conclude(trials: Trial[], { question }: HeldOut): Tuned {
    if (trials.length === 0) throw nothingFits(this.skipped);
    const { recipe, settings } = trials[0];
    const leaderboard: LeaderboardEntry[] = trials.filter(isBestOfRecipe);
    const explanation = explainChoice({
      data: describeData(this.events),
      goal: this.options.goal,
      leaderboard,
      skipped: this.skipped,
      measuredUsers: question.users.length,
    });
    return { choice: { recipe, settings }, report: { recipe, settings, explanation, leaderboard } };
  }

  private report(): Promise<void> {
    const elapsedSeconds = this.elapsedSeconds();
    const fraction = Math.min(1, elapsedSeconds / this.options.budgetSeconds);
    return this.options.report({ fraction, elapsedSeconds, attempts: this.attempts });
  }

  private spaceOf(recipe: FittableRecipe) {
    return searchSpaceOf(recipe, { order: this.options.goal === 'next' });
  }

  private elapsedSeconds(): number {
    return (performance.now() - this.startedMs) / 1000;
  }
}

function nothingFits(skipped: Map<FittableRecipe, string>): TrainingInputError {
  const reasons = [...skipped].map(([recipe, reason]) => `${recipe}: ${reason}`).join('; ');
  return new TrainingInputError(
    `No recipe can be trained on this data here (${reasons}). Upload less data, then train again.`,
  );
}

function choose(recipe: FittableRecipe, settings: Record<string, unknown>): RecipeChoice {
  return parseChoice(recipe, settings) as RecipeChoice;
}

/** Whether no earlier, so no better, trial is of the same recipe. */
function isBestOfRecipe({ recipe }: Trial, place: number, trials: Trial[]): boolean {
  return trials.findIndex((other) => other.recipe === recipe) === place;
}

function isNear(trial: Trial, leader: Trial): boolean {
  return trial.metrics[OBJECTIVE] >= NEAR * leader.metrics[OBJECTIVE];
}

function byObjective(a: Trial, b: Trial): number {
  return b.metrics[OBJECTIVE] - a.metrics[OBJECTIVE];
}
