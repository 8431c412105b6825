import { isDeepStrictEqual } from 'node:util';
import type { Engine } from '../../compute/engine/engine.js';
import { Random } from '../../compute/random/kernel.js';
import { TrainingInputError, type MetricValues } from '../family.js';
import type { FitContext } from './fit.js';
import type { RecipeChoice } from './recipe.js';
import { drawSettings, moveSettings, type SearchSpace } from './search-space.js';
import type { TrialNews } from './trial-news.js';

/** What is searched: a family's recipes on its data, of which `HeldOut` is a training side with what is measured on. */
export interface SearchProblem<Data, HeldOut extends { train: Data }, Recipe extends string, Fit extends Releasable> {
  data: Data;
  /** How much there is of it, in examples. */
  sizeOf: (data: Data) => number;
  /** A part of it of about that share, always the same. */
  sampleOf: (data: Data, share: number) => Data;
  holdOut: (data: Data) => HeldOut;
  /** The recipes that suit the data, cheap ones first, so that nobody waits long for something to compare with. */
  candidates: Recipe[];
  /** Why others do not suit it. */
  unsuitable: ReadonlyMap<Recipe, string>;
  /** None where a recipe has nothing to tune. */
  spaceOf: (recipe: Recipe) => SearchSpace;
  /** The recipe with those settings and defaults for the others. */
  choose: (recipe: Recipe, settings: Record<string, unknown>) => RecipeChoice<Recipe>;
  /** Throws {@link TrainingInputError} where the recipe wants what the data or the memory does not give. */
  fit: (choice: RecipeChoice<Recipe>, train: Data, context: FitContext) => Promise<Fit>;
  measure: (fit: Fit, heldOut: HeldOut, context: FitContext) => Promise<MetricValues>;
  /** The metric that decides, never below 0. */
  objective: string;
  /** Which way it is better; higher where it is not said. */
  better?: 'higher' | 'lower';
}

interface Releasable {
  release: () => void;
}

export interface SearchOptions<Recipe extends string = string> {
  engine: Engine;
  seed: number;
  signal?: AbortSignal | undefined;
  /** Once aborted, the search ends with the best that it has found, or as soon as it has found anything. */
  enough?: AbortSignal | undefined;
  /** Tuning ends by then, and a fit under way is given up; defaults do not count, but none may take longer than five minutes. */
  budgetSeconds: number;
  /** Seconds of work, by which the budget is counted; by default those of this process. */
  clock?: () => number;
  /** What an earlier search of the same data had tried. */
  resume?: SearchReached<Recipe> | null;
  /** Called between trials; rejects once the search is to end. */
  report: (progress: SearchProgress<Recipe>) => Promise<void>;
}

/** What a search has come to, and needs to be taken up again. */
export interface SearchReached<Recipe extends string = string> {
  /** Of work. */
  elapsedSeconds: number;
  /** Every trial so far, in order. */
  attempts: AttemptRecord<Recipe>[];
}

export interface SearchProgress<Recipe extends string = string> extends SearchReached<Recipe> {
  /** Of what the search may take at most, 0..1. */
  fraction: number;
  /** The trial that has just ended; null where none has, or it could not be fitted. */
  latest: TrialNews | null;
}

/** How a trial went; a search that is taken up again is told rather than tries again. */
export interface AttemptRecord<Recipe extends string = string> {
  trial: Trial<Recipe> | null;
  /** Why it could not be fitted, where that is the data's or the memory's fault. */
  refusal: string | null;
}

export interface Trial<Recipe extends string = string> extends RecipeChoice<Recipe> {
  metrics: MetricValues;
  /** Of work. */
  seconds: number;
}

/** What a search found. */
export interface Found<HeldOut, Recipe extends string> {
  /** Of each recipe its defaults, or what tuning found where that is better by more than luck; best first, at least one. */
  leaderboard: Trial<Recipe>[];
  /** Why recipes are not on it, or not with other settings. */
  leftOut: Map<Recipe, string>;
  heldOut: HeldOut;
}

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
/** Examples that draws are fitted to where there are more. */
const SAMPLE_EXAMPLES = 250_000;
/** A fit of defaults that takes longer is given up. */
const DEFAULTS_SECONDS_MAX = 300;
/** A recipe whose defaults took more than this share of the budget keeps them: a few tries of it would take the rest. */
const TUNABLE_SHARE = 0.05;
/** No one trial of tuning may take more of the budget. */
const TRIAL_SHARE = 0.1;
const WATCH_MS = 100;
const ENDED_EARLY = 'the search was ended before it was through';

/**
 * Chooses recipe and settings in three steps:
 *
 * 1. The defaults of every recipe that suits the data are fitted to and measured on all of it, the cheap ones first. The
 *    budget does not cut this short (only a fit of five minutes is given up), and what is found stays in the comparison to the end: the choice is never worse than they are.
 * 2. Draws from each recipe's space, one for each recipe in sight of the leader in turn, on a sample of the data where
 *    there is much of it; the best of each recipe near the leader is then measured on everything.
 * 3. Small steps, growing smaller, around the best of each recipe near the leader in turn, on everything.
 *
 * In steps 2 and 3 a recipe drops out when some tries of it in a row have gained next to nothing, the more the more settings
 * it has; a step ends when none is left, or with the budget. The budget counts the work of this process rather than the time
 * that passes, so that a busy machine takes longer but finds the same. All draws are seeded; a budget that is ample gives
 * the same answer on any machine. Whoever asks for it may end the search at any moment with the best so far; a trial under way is then given
 * up. Throws {@link TrainingInputError} where no recipe can be fitted.
 */
export async function search<Data, HeldOut extends { train: Data }, Recipe extends string, Fit extends Releasable>(
  problem: SearchProblem<Data, HeldOut, Recipe, Fit>,
  options: SearchOptions<Recipe>,
): Promise<Found<HeldOut, Recipe>> {
  return new Search(problem, options).run();
}

class Search<Data, HeldOut extends { train: Data }, Recipe extends string, Fit extends Releasable> {
  private readonly random: Random;
  private readonly clock: () => number;
  private readonly startedSeconds: number;
  /** Those of an earlier search first. */
  private readonly attempts: AttemptRecord<Recipe>[];
  private attempted = 0;
  private readonly leftOut: Map<Recipe, string>;
  private everything: HeldOut | undefined;

  constructor(
    private readonly problem: SearchProblem<Data, HeldOut, Recipe, Fit>,
    private readonly options: SearchOptions<Recipe>,
  ) {
    this.leftOut = new Map(problem.unsuitable);
    this.random = Random.seeded(options.seed);
    this.attempts = [...(options.resume?.attempts ?? [])];
    this.clock = options.clock ?? (() => secondsOfWork(options.engine.threads));
    this.startedSeconds = this.clock() - (options.resume?.elapsedSeconds ?? 0);
  }

  async run(): Promise<Found<HeldOut, Recipe>> {
    const everything = this.problem.holdOut(this.problem.data);
    this.everything = everything;
    const defaults = await this.tryAll(
      this.problem.candidates.map((recipe) => this.problem.choose(recipe, {})),
      everything,
      false,
    );
    const tunable = defaults.filter(({ recipe, seconds }) => this.isTunable(recipe, seconds));
    const drawn = await this.draw(tunable, everything);
    const tuned = await this.refine(drawn, everything);
    return { leaderboard: this.conclude(defaults, tuned), leftOut: this.leftOut, heldOut: everything };
  }

  private isTunable(recipe: Recipe, seconds: number): boolean {
    const hasSettings = Object.keys(this.problem.spaceOf(recipe)).length > 0;
    return hasSettings && seconds <= TUNABLE_SHARE * this.options.budgetSeconds;
  }

  /** The defaults with the draws that were measured on everything, best first. */
  private async draw(defaults: Trial<Recipe>[], everything: HeldOut): Promise<Trial<Recipe>[]> {
    const { data, sizeOf, sampleOf, holdOut } = this.problem;
    const share = SAMPLE_EXAMPLES / sizeOf(data);
    if (share >= 1) return this.drawFrom(defaults, everything);
    const sample = holdOut(sampleOf(data, share));
    const drawn = await this.drawFrom(await this.tryAll(defaults, sample), sample);
    const promoted = drawn.filter(isBestOfRecipe).filter((trial) => this.isWithin(NEAR, trial, drawn[0]));
    const isNew = ({ settings }: Trial<Recipe>) =>
      defaults.every((known) => !isDeepStrictEqual(known.settings, settings));
    return [...defaults, ...(await this.tryAll(promoted.filter(isNew), everything))].sort(this.byObjective);
  }

  private drawFrom(defaults: Trial<Recipe>[], sample: HeldOut): Promise<Trial<Recipe>[]> {
    return this.sweep(defaults, sample, DRAWS_MAX, IN_SIGHT, ({ recipe }) =>
      drawSettings(this.problem.spaceOf(recipe), this.random),
    );
  }

  private refine(trials: Trial<Recipe>[], sample: HeldOut): Promise<Trial<Recipe>[]> {
    return this.sweep(trials, sample, REFINEMENTS_MAX, NEAR, ({ recipe, settings }, turn) =>
      moveSettings(this.problem.spaceOf(recipe), settings, 0.25 * 0.9 ** turn, this.random),
    );
  }

  /** Tries new settings for each recipe within a share of the leader, in turn, until that has stopped paying; best first. */
  private async sweep(
    known: Trial<Recipe>[],
    sample: HeldOut,
    turnsMax: number,
    share: number,
    settingsNear: (best: Trial<Recipe>, turn: number) => Record<string, unknown>,
  ): Promise<Trial<Recipe>[]> {
    const trials = [...known].sort(this.byObjective);
    const marks = new Map(trials.filter(isBestOfRecipe).map((best) => [best.recipe, { best, idle: 0 }]));
    for (let turn = 0; turn < turnsMax && !this.isOver(); turn++) {
      const isPaying = ({ recipe }: Trial<Recipe>) =>
        marks.get(recipe)!.idle < PATIENCE + Object.keys(this.problem.spaceOf(recipe)).length;
      const rivals = trials
        .filter(isBestOfRecipe)
        .filter((trial) => isPaying(trial) && this.isWithin(share, trial, trials[0]));
      if (rivals.length === 0) break;
      const choices = rivals.map((best) => this.problem.choose(best.recipe, settingsNear(best, turn)));
      trials.push(...(await this.tryAll(choices, sample)));
      trials.sort(this.byObjective);
      for (const { recipe } of rivals) {
        const mark = marks.get(recipe)!;
        const best = trials.find((trial) => trial.recipe === recipe)!;
        marks.set(recipe, this.isGain(best, mark.best) ? { best, idle: 0 } : { ...mark, idle: mark.idle + 1 });
      }
    }
    return trials;
  }

  /** What an earlier search had tried counts, however late it is now. */
  private isOver(): boolean {
    const isLate = this.attempted >= this.attempts.length && this.elapsedSeconds() >= this.options.budgetSeconds;
    return isLate || this.isEnough();
  }

  /** What an earlier search had tried is told in any case, so that all of it is compared. */
  private isEnough(): boolean {
    const { enough } = this.options;
    return enough?.aborted === true && this.attempted >= this.attempts.length && this.hasFound();
  }

  private hasFound(): boolean {
    return this.attempts.some(({ trial }) => trial !== null);
  }

  /** Tries the choices in their order; best first. */
  private async tryAll(choices: RecipeChoice<Recipe>[], sample: HeldOut, isTuning = true): Promise<Trial<Recipe>[]> {
    const trials: Trial<Recipe>[] = [];
    for (const { recipe, settings } of choices) {
      if (this.isEnough()) {
        if (!isTuning) this.leftOut.set(recipe, ENDED_EARLY);
        continue;
      }
      const trial = await this.attempt({ recipe, settings }, sample, isTuning);
      if (trial) trials.push(trial);
      if (this.attempted === this.attempts.length) await this.report(trial && this.toNews(trial, sample));
    }
    return trials.sort(this.byObjective);
  }

  /** Null where the trial could not be fitted in the time or the memory that is left. */
  private async attempt(
    choice: RecipeChoice<Recipe>,
    sample: HeldOut,
    isTuning: boolean,
  ): Promise<Trial<Recipe> | null> {
    if (this.attempted === this.attempts.length) this.attempts.push(await this.carryOut(choice, sample, isTuning));
    const { trial, refusal } = this.attempts[this.attempted++];
    if (refusal !== null) this.leftOut.set(choice.recipe, refusal);
    return trial;
  }

  private async carryOut(
    choice: RecipeChoice<Recipe>,
    sample: HeldOut,
    isTuning: boolean,
  ): Promise<AttemptRecord<Recipe>> {
    const { engine, seed, signal, budgetSeconds } = this.options;
    const { fit: fitRecipe, measure } = this.problem;
    const startedSeconds = this.clock();
    const leftSeconds = budgetSeconds - this.elapsedSeconds();
    if (isTuning && leftSeconds <= 0) return { trial: null, refusal: null };
    const secondsMax = isTuning ? Math.min(leftSeconds, TRIAL_SHARE * budgetSeconds) : DEFAULTS_SECONDS_MAX;
    const deadline = new AbortController();
    const watch = setInterval(() => {
      if (this.clock() - startedSeconds > secondsMax) deadline.abort();
    }, WATCH_MS);
    // The first that can be fitted is needed in any case.
    const enough = this.hasFound() ? this.options.enough : undefined;
    const ends = [signal, deadline.signal, enough].filter((end) => end !== undefined);
    const limits = { seed, signal: AbortSignal.any(ends) };
    const context = { engine, ...limits, report: async () => limits.signal.throwIfAborted() };
    try {
      const fit = await fitRecipe(choice, sample.train, context);
      try {
        const metrics = await measure(fit, sample, context);
        return { trial: { ...choice, metrics, seconds: this.clock() - startedSeconds }, refusal: null };
      } finally {
        fit.release();
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      if (error instanceof TrainingInputError) return { trial: null, refusal: error.message };
      if (enough?.aborted) return { trial: null, refusal: isTuning ? null : ENDED_EARLY };
      if (!deadline.signal.aborted) throw error;
      return { trial: null, refusal: isTuning ? null : 'it takes too long here' };
    } finally {
      clearInterval(watch);
    }
  }

  /** The leaderboard, whose first is chosen. Settings that were found by trying many must overtake defaults, their own recipe's and the best, by more than luck brings. */
  private conclude(defaults: Trial<Recipe>[], tuned: Trial<Recipe>[]): Trial<Recipe>[] {
    if (defaults.length === 0) throw nothingFits(this.leftOut);
    const [leader] = defaults;
    const isLucky = (trial: Trial<Recipe>) => this.byObjective(trial, leader) < 0 && !this.isGain(trial, leader, LUCK);
    const sound = tuned.filter((trial) => !isLucky(trial));
    const best = defaults.map(
      (known) => sound.find((trial) => trial.recipe === known.recipe && this.isGain(trial, known, LUCK)) ?? known,
    );
    return best.sort(this.byObjective);
  }

  private toNews({ recipe, seconds, metrics }: Trial<Recipe>, sample: HeldOut): TrialNews {
    const { objective: metric } = this.problem;
    const isOnSample = sample !== this.everything;
    return { number: this.attempted, recipe, metric, value: metrics[metric]!, seconds, isOnSample };
  }

  private report(latest: TrialNews | null): Promise<void> {
    const elapsedSeconds = this.elapsedSeconds();
    const trialsMax = this.problem.candidates.length * (1 + DRAWS_MAX + REFINEMENTS_MAX);
    const gone = Math.max(elapsedSeconds / this.options.budgetSeconds, this.attempted / trialsMax);
    return this.options.report({ fraction: Math.min(1, gone), elapsedSeconds, attempts: this.attempts, latest });
  }

  private isWithin(share: number, trial: Trial, leader: Trial): boolean {
    const [high, low] = this.valuesOf(trial, leader);
    return high >= share * low;
  }

  private isGain(trial: Trial, over: Trial, least = GAIN_MIN): boolean {
    const [high, low] = this.valuesOf(trial, over);
    return high > (1 + least) * low;
  }

  private readonly byObjective = (a: Trial, b: Trial): number => {
    const [ofA, ofB] = this.valuesOf(a, b);
    return ofB - ofA;
  };

  /** Of both, such that the trial is better where the first is higher. */
  private valuesOf(trial: Trial, other: Trial): [number, number] {
    const [ofTrial, ofOther] = [this.valueOf(trial), this.valueOf(other)];
    return this.problem.better === 'lower' ? [ofOther, ofTrial] : [ofTrial, ofOther];
  }

  private valueOf({ metrics }: Trial): number {
    return metrics[this.problem.objective];
  }

  private elapsedSeconds(): number {
    return this.clock() - this.startedSeconds;
  }
}

/** What this process has done so far, in the seconds that an idle machine takes for it: this thread's work, and the kernels' shared out. */
export function secondsOfWork(threads: number): number {
  const total = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6;
  const own = total(process.threadCpuUsage());
  return own + (total(process.cpuUsage()) - own) / threads;
}

function nothingFits(leftOut: Map<string, string>): TrainingInputError {
  const reasons = [...leftOut].map(([recipe, reason]) => `${recipe}: ${reason}`).join('; ');
  return new TrainingInputError(
    `No recipe can be trained on this data here (${reasons}). Upload less data, then train again.`,
  );
}

/** Whether no earlier, so no better, trial is of the same recipe. */
function isBestOfRecipe({ recipe }: Trial, place: number, trials: Trial[]): boolean {
  return trials.findIndex((other) => other.recipe === recipe) === place;
}
