import { isDeepStrictEqual } from 'node:util';
import type { Engine } from '../../../compute/engine/engine.js';
import { hash32, Random } from '../../../compute/random/kernel.js';
import { TrainingInputError, type MetricValues } from '../../family.js';
import type { SearchReport } from '../../tasks/recommendation/task.js';
import { holdOut, measure, type Goal, type HeldOut } from '../evaluation/hold-out.js';
import { filterEvents, type Events } from '../events.js';
import type { FittableRecipe, RecipeChoice } from '../manifest.js';
import { fitRecipe, parseChoice } from '../recipes/recipes.js';
import { chooseCandidates } from './candidates.js';
import { describeData } from './data-report.js';
import { explainChoice, warnOfFloor } from './explanation.js';
import { drawSettings, moveSettings, searchSpaceOf } from './search-space.js';

export interface TuneOptions {
  engine: Engine;
  seed: number;
  signal?: AbortSignal | undefined;
  goal: Goal;
  /** Tuning ends by then, and a fit under way is given up; the defaults are measured however long they take. */
  budgetSeconds: number;
  memoryBytesMax: number;
  /** Seconds of work, by which the budget is counted; by default those of this process. */
  clock?: () => number;
  /** What an earlier search of the same data had tried. */
  resume?: Omit<SearchProgress, 'fraction'> | null;
  /** Called between trials; rejects once the search is to end. */
  report: (progress: SearchProgress) => Promise<void>;
}

export interface SearchProgress {
  /** Of what the search may take at most, 0..1. */
  fraction: number;
  /** Of work. */
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
  report: SearchReport;
}

/** What the search maximises on the held-out interactions. */
export const OBJECTIVE = 'ndcg@20';

/** The least gain that counts, as a share: smaller ones come and go with the users who are drawn. */
const GAIN_MIN = 0.005;
/** What the best of many tries may gain by luck alone, as a share. */
const LUCK = 0.02;
/** Tries in a row without a gain, next to one for each of its settings, after which tuning a recipe has stopped paying. */
const PATIENCE = 2;
const DRAWS_MAX = 11;
const REFINEMENTS_MAX = 24;
/** Recipes within this share of the leader are refined next to it: the difference may be one of settings. */
const NEAR = 0.9;
/** Recipes below this share of the leader are not even drawn for. */
const IN_SIGHT = 0.7;
/** Interactions that draws are fitted to where there are more. */
const SAMPLE_INTERACTIONS = 250_000;
const MEASURED_USERS = 5_000;
/** A fit of defaults that takes longer is given up. */
const DEFAULTS_SECONDS_MAX = 300;
/** A recipe whose defaults took more than this share of the budget keeps them: a few tries of it would take the rest. */
const TUNABLE_SHARE = 0.05;
/** No one trial of tuning may take more of the budget. */
const TRIAL_SHARE = 0.1;
const WATCH_MS = 100;

interface Trial extends RecipeChoice {
  metrics: MetricValues;
  /** Of work. */
  seconds: number;
}

/**
 * Chooses recipe and settings in three steps:
 *
 * 1. The defaults of every recipe that suits the data are fitted to and measured on all of it, the cheap ones first. No
 *    budget cuts this short, and what is found stays in the comparison to the end: the choice is never worse than they are.
 * 2. Draws from {@link searchSpaceOf}, one for each recipe in sight of the leader in turn, on a sample of the users where
 *    there are many interactions; the best of each recipe near the leader is then measured on everything.
 * 3. Small steps, growing smaller, around the best of each recipe near the leader in turn, on everything.
 *
 * In steps 2 and 3 a recipe drops out when some tries of it in a row have gained next to nothing, the more the more settings
 * it has; a step ends when none is left, or with the budget. The budget counts the work of this process rather than the time
 * that passes, so that a busy machine takes longer but finds the same. All draws are seeded; a budget that is ample gives
 * the same answer on any machine. Throws {@link TrainingInputError} where not even popularity can be fitted.
 */
export async function tune(events: Events, options: TuneOptions): Promise<Tuned> {
  return new Search(events, options).run();
}

class Search {
  private readonly events: Events;
  private readonly options: TuneOptions;
  private readonly random: Random;
  private readonly clock: () => number;
  private readonly startedSeconds: number;
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
    this.clock = options.clock ?? (() => secondsOfWork(options.engine.threads));
    this.startedSeconds = this.clock() - (options.resume?.elapsedSeconds ?? 0);
    this.candidates = chooseCandidates(events, options, this.skipped);
  }

  async run(): Promise<Tuned> {
    const everything = this.heldOut(this.events);
    const defaults = await this.tryAll(
      this.candidates.map((recipe) => choose(recipe, {})),
      everything,
      false,
    );
    const tunable = defaults.filter(({ recipe, seconds }) => this.isTunable(recipe, seconds));
    const drawn = await this.draw(tunable, everything);
    const tuned = await this.refine(drawn, everything);
    return this.conclude(defaults, tuned, everything);
  }

  /** The caller held out by the seed itself: by the same draws nothing would be left to hold out. */
  private heldOut(events: Events): HeldOut {
    const { goal, seed } = this.options;
    return holdOut(events, goal, hash32(seed, 2, 0), MEASURED_USERS);
  }

  private isTunable(recipe: FittableRecipe, seconds: number): boolean {
    const hasSettings = Object.keys(this.spaceOf(recipe)).length > 0;
    return hasSettings && seconds <= TUNABLE_SHARE * this.options.budgetSeconds;
  }

  /** The defaults with the draws that were measured on everything, best first. */
  private async draw(defaults: Trial[], everything: HeldOut): Promise<Trial[]> {
    const share = SAMPLE_INTERACTIONS / this.events.users.length;
    if (share >= 1) return this.drawFrom(defaults, everything);
    const { users } = this.events;
    const isDrawn = (user: number) => hash32(this.options.seed, user, 1) / 2 ** 32 < share;
    const sample = this.heldOut(filterEvents(this.events, (position) => isDrawn(users[position])));
    const drawn = await this.drawFrom(await this.tryAll(defaults, sample), sample);
    const promoted = drawn.filter(isBestOfRecipe).filter((trial) => isWithin(NEAR, trial, drawn[0]));
    const isNew = ({ settings }: Trial) => defaults.every((known) => !isDeepStrictEqual(known.settings, settings));
    return [...defaults, ...(await this.tryAll(promoted.filter(isNew), everything))].sort(byObjective);
  }

  private drawFrom(defaults: Trial[], sample: HeldOut): Promise<Trial[]> {
    return this.sweep(defaults, sample, DRAWS_MAX, IN_SIGHT, ({ recipe }) =>
      drawSettings(this.spaceOf(recipe), this.random),
    );
  }

  private refine(trials: Trial[], sample: HeldOut): Promise<Trial[]> {
    return this.sweep(trials, sample, REFINEMENTS_MAX, NEAR, ({ recipe, settings }, turn) =>
      moveSettings(this.spaceOf(recipe), settings, 0.25 * 0.9 ** turn, this.random),
    );
  }

  /** Tries new settings for each recipe within a share of the leader, in turn, until that has stopped paying; best first. */
  private async sweep(
    known: Trial[],
    sample: HeldOut,
    turnsMax: number,
    share: number,
    settingsNear: (best: Trial, turn: number) => Record<string, unknown>,
  ): Promise<Trial[]> {
    const trials = [...known].sort(byObjective);
    const marks = new Map(trials.filter(isBestOfRecipe).map((best) => [best.recipe, { best, idle: 0 }]));
    for (let turn = 0; turn < turnsMax && !this.isOver(); turn++) {
      const isPaying = ({ recipe }: Trial) =>
        marks.get(recipe)!.idle < PATIENCE + Object.keys(this.spaceOf(recipe)).length;
      const rivals = trials
        .filter(isBestOfRecipe)
        .filter((trial) => isPaying(trial) && isWithin(share, trial, trials[0]));
      if (rivals.length === 0) break;
      const choices = rivals.map((best) => choose(best.recipe, settingsNear(best, turn)));
      trials.push(...(await this.tryAll(choices, sample)));
      trials.sort(byObjective);
      for (const { recipe } of rivals) {
        const mark = marks.get(recipe)!;
        const best = trials.find((trial) => trial.recipe === recipe)!;
        marks.set(recipe, isGain(best, mark.best) ? { best, idle: 0 } : { ...mark, idle: mark.idle + 1 });
      }
    }
    return trials;
  }

  /** What an earlier search had tried counts, however late it is now. */
  private isOver(): boolean {
    return this.attempted >= this.attempts.length && this.elapsedSeconds() >= this.options.budgetSeconds;
  }

  /** Tries the choices in their order; best first. */
  private async tryAll(choices: RecipeChoice[], sample: HeldOut, isTuning = true): Promise<Trial[]> {
    const trials: Trial[] = [];
    for (const { recipe, settings } of choices) {
      const trial = await this.attempt({ recipe, settings }, sample, isTuning);
      if (trial) trials.push(trial);
      if (this.attempted === this.attempts.length) await this.report();
    }
    return trials.sort(byObjective);
  }

  /** Null where the trial could not be fitted in the time or the memory that is left. */
  private async attempt(choice: RecipeChoice, sample: HeldOut, isTuning: boolean): Promise<Trial | null> {
    if (this.attempted === this.attempts.length) this.attempts.push(await this.carryOut(choice, sample, isTuning));
    const { trial, refusal } = this.attempts[this.attempted++];
    if (refusal !== null) this.skipped.set(choice.recipe, refusal);
    return trial;
  }

  private async carryOut(choice: RecipeChoice, sample: HeldOut, isTuning: boolean): Promise<AttemptRecord> {
    const { engine, seed, signal, memoryBytesMax, budgetSeconds } = this.options;
    const startedSeconds = this.clock();
    const leftSeconds = budgetSeconds - this.elapsedSeconds();
    if (isTuning && leftSeconds <= 0) return { trial: null, refusal: null };
    const secondsMax = isTuning ? Math.min(leftSeconds, TRIAL_SHARE * budgetSeconds) : DEFAULTS_SECONDS_MAX;
    const deadline = new AbortController();
    const watch = setInterval(() => {
      if (this.clock() - startedSeconds > secondsMax) deadline.abort();
    }, WATCH_MS);
    const limits = { seed, signal: AbortSignal.any(signal ? [signal, deadline.signal] : [deadline.signal]) };
    const report = async () => limits.signal.throwIfAborted();
    try {
      const fit = await fitRecipe(choice, sample.train, memoryBytesMax, { engine, ...limits, report });
      try {
        const { values: metrics } = await measure(engine, fit.model, sample, false, { ...limits, report });
        return { trial: { ...choice, metrics, seconds: this.clock() - startedSeconds }, refusal: null };
      } finally {
        fit.release();
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      if (error instanceof TrainingInputError) return { trial: null, refusal: error.message };
      if (!deadline.signal.aborted) throw error;
      return { trial: null, refusal: isTuning ? null : 'it takes too long here' };
    } finally {
      clearInterval(watch);
    }
  }

  /** Settings that were found by trying many must overtake defaults, their own recipe's and the best, by more than luck brings. */
  private conclude(defaults: Trial[], tuned: Trial[], { question }: HeldOut): Tuned {
    if (defaults.length === 0) throw nothingFits(this.skipped);
    const [leader] = defaults;
    const isLucky = (trial: Trial) => byObjective(trial, leader) < 0 && !isGain(trial, leader, LUCK);
    const sound = tuned.filter((trial) => !isLucky(trial));
    const best = defaults.map(
      (known) => sound.find((trial) => trial.recipe === known.recipe && isGain(trial, known, LUCK)) ?? known,
    );
    const leaderboard = best.sort(byObjective);
    const [{ recipe, settings }] = leaderboard;
    const explanation = explainChoice({
      data: describeData(this.events),
      goal: this.options.goal,
      leaderboard,
      skipped: this.skipped,
      measuredUsers: question.users.length,
    });
    const report = { recipe, settings, explanation, warning: warnOfFloor(recipe), leaderboard };
    return { choice: { recipe, settings }, report };
  }

  private report(): Promise<void> {
    const elapsedSeconds = this.elapsedSeconds();
    const trialsMax = this.candidates.length * (1 + DRAWS_MAX + REFINEMENTS_MAX);
    const gone = Math.max(elapsedSeconds / this.options.budgetSeconds, this.attempted / trialsMax);
    return this.options.report({ fraction: Math.min(1, gone), elapsedSeconds, attempts: this.attempts });
  }

  private spaceOf(recipe: FittableRecipe) {
    return searchSpaceOf(recipe, { order: this.options.goal === 'next' });
  }

  private elapsedSeconds(): number {
    return this.clock() - this.startedSeconds;
  }
}

/** What this process has done so far, in the seconds that an idle machine takes for it: this thread's work, and the kernels' shared out. */
function secondsOfWork(threads: number): number {
  const total = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6;
  const own = total(process.threadCpuUsage());
  return own + (total(process.cpuUsage()) - own) / threads;
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

function isWithin(share: number, trial: Trial, leader: Trial): boolean {
  return trial.metrics[OBJECTIVE] >= share * leader.metrics[OBJECTIVE];
}

function isGain(trial: Trial, over: Trial, least = GAIN_MIN): boolean {
  return trial.metrics[OBJECTIVE] > (1 + least) * over.metrics[OBJECTIVE];
}

function byObjective(a: Trial, b: Trial): number {
  return b.metrics[OBJECTIVE] - a.metrics[OBJECTIVE];
}
