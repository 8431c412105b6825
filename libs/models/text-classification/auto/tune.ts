import { hash32 } from '../../../compute/random/kernel.js';
import type { SearchReport } from '../../tasks/search-report.js';
import type { FitContext } from '../../training/fit.js';
import { secondsOfWork, type AttemptRecord, type SearchOptions, type Trial } from '../../training/search.js';
import type { TrialNews } from '../../training/trial-news.js';
import { allToChances, calibrate } from '../calibration.js';
import { answersOf, measureAnswers, type Metrics } from '../evaluation/metrics.js';
import { Vectorizer } from '../features/vectorizer.js';
import { crossScores } from '../fit.js';
import { assignFolds } from '../folds.js';
import { haveSeveralLabels, selectTexts, type LabelledTexts } from '../labelled-texts.js';
import type { FittableRecipe, RecipeChoice } from '../manifest.js';
import { shuffled } from '../neighbours.js';
import { featureSettingsOf, parseChoice } from '../recipes/recipes.js';
import { chooseThresholds } from '../thresholds.js';
import { explainChoice, warnOfFloor } from './explanation.js';

export interface Tuned {
  choice: RecipeChoice;
  report: SearchReport;
}

/** Each text is scored by a fit to the other folds. */
const FOLDS = 3;
/** Texts that recipes are compared on where there are more. */
const TEXTS_MAX = 12_000;
/** What settings other than the defaults must gain, as a share: smaller gains come and go with the folds. */
const GAIN_MIN = 0.002;

/** In the order in which they are tried. */
const DEFAULTS: FittableRecipe[] = ['majority', 'naive-bayes', 'linear'];
/** Then tried one after another, each on the recipe's best settings so far. */
const CHANGES: [recipe: FittableRecipe, change: object][] = [
  ['naive-bayes', { characters: 5 }],
  ['linear', { naiveBayes: 0 }],
  ['linear', { naiveBayes: 0.15 }],
  ['linear', { loss: 'logistic', cost: 10 }],
  ['linear', { cost: 0.3 }],
  ['linear', { cost: 3 }],
  ['linear', { words: 3 }],
  ['linear', { words: 1 }],
  ['linear', { characters: 0 }],
  ['linear', { characters: 4 }],
];

/**
 * Compares recipes on texts that they have not seen: the defaults of each, then one change of their settings after another, each kept
 * where it is right more often. Ends with the list, or with the budget, which no default counts against.
 */
export async function tune(train: LabelledTexts, options: SearchOptions<FittableRecipe>): Promise<Tuned> {
  const search = new Search(train, options);
  for (const recipe of DEFAULTS) {
    if (search.isEnough()) break;
    await search.attempt(recipe, {});
  }
  for (const [recipe, change] of CHANGES) {
    if (search.isOver()) break;
    await search.attempt(recipe, { ...search.bestOf(recipe).settings, ...change });
  }
  const leaderboard = search.leaderboard();
  const [{ recipe, settings }] = leaderboard as [Trial<FittableRecipe>];
  const explanation = explainChoice(leaderboard, search.data, search.tried);
  return {
    choice: { recipe, settings },
    report: { recipe, settings, explanation, warning: warnOfFloor(recipe), leaderboard },
  };
}

class Search {
  readonly data: LabelledTexts;
  private readonly foldOf: Uint8Array;
  private readonly attempts: AttemptRecord<FittableRecipe>[];
  private readonly startedSeconds: number;
  private readonly trials: Trial<FittableRecipe>[] = [];
  private vectorized: { of: string; rows: Promise<Awaited<ReturnType<typeof Vectorizer.fit>>['rows']> } | undefined;

  constructor(
    train: LabelledTexts,
    private readonly options: SearchOptions<FittableRecipe>,
  ) {
    const seed = this.seed();
    const { length } = train.texts;
    this.data = length > TEXTS_MAX ? selectTexts(train, shuffled(length, seed).slice(0, TEXTS_MAX).sort()) : train;
    this.foldOf = assignFolds(this.data, FOLDS, seed);
    this.attempts = [...(options.resume?.attempts ?? [])];
    this.startedSeconds = this.clock() - (options.resume?.elapsedSeconds ?? 0);
  }

  get tried(): number {
    return this.trials.length;
  }

  /** What an earlier search had tried is told rather than tried again. */
  async attempt(recipe: FittableRecipe, settings: object): Promise<void> {
    const known = this.attempts[this.trials.length];
    if (known) {
      this.trials.push(known.trial!);
      return;
    }
    const trial = await this.carryOut(parseChoice(recipe, settings) as RecipeChoice);
    this.trials.push(trial);
    this.attempts.push({ trial, refusal: null });
    const [number, value] = [this.trials.length, accuracyOf(trial)];
    await this.report(0, { number, recipe, metric: 'accuracy', value, seconds: trial.seconds, isOnSample: false });
  }

  isOver(): boolean {
    const isLate = this.attempts.length <= this.trials.length && this.elapsedSeconds() >= this.options.budgetSeconds;
    return isLate || this.isEnough();
  }

  /** Whether whoever asked for the search wants the best so far, and there is one. */
  isEnough(): boolean {
    const isTold = this.trials.length > 0 && this.attempts.length <= this.trials.length;
    return isTold && this.options.enough?.aborted === true;
  }

  /** The recipe's defaults, or settings that are better by more than luck. */
  bestOf(recipe: FittableRecipe): Trial<FittableRecipe> {
    const [defaults, ...others] = this.trials.filter((trial) => trial.recipe === recipe);
    return others.reduce(
      (best, trial) => (accuracyOf(trial) > (1 + GAIN_MIN) * accuracyOf(best) ? trial : best),
      defaults!,
    );
  }

  /** The best of each recipe; best first. */
  leaderboard(): Trial<FittableRecipe>[] {
    const tried = DEFAULTS.filter((known) => this.trials.some(({ recipe }) => recipe === known));
    return tried.map((recipe) => this.bestOf(recipe)).sort((a, b) => accuracyOf(b) - accuracyOf(a));
  }

  private async carryOut(choice: RecipeChoice): Promise<Trial<FittableRecipe>> {
    const startedSeconds = this.clock();
    const { engine, signal } = this.options;
    const report: FitContext['report'] = ({ fraction }) => this.report(fraction);
    const metrics = await this.crossValidate(choice, { engine, seed: this.seed(), signal, report });
    return { ...choice, metrics, seconds: this.clock() - startedSeconds };
  }

  private async crossValidate(choice: RecipeChoice, context: FitContext): Promise<Metrics> {
    const { targets } = this.data;
    const scores = await crossScores(choice, await this.rowsFor(choice), targets, this.foldOf, FOLDS, context);
    const severalLabels = haveSeveralLabels(targets);
    const { signal } = context;
    await allToChances(await calibrate(scores, targets, severalLabels, signal), scores, signal);
    const thresholds = severalLabels ? await chooseThresholds(scores, targets, signal) : null;
    return measureAnswers(await answersOf(scores, targets, thresholds, signal));
  }

  /** Kept for the next choice of the same features. */
  private rowsFor(choice: RecipeChoice) {
    const settings = featureSettingsOf(choice, this.data);
    const of = JSON.stringify(settings);
    if (this.vectorized?.of !== of) {
      const rows = Vectorizer.fit(this.data.texts, settings, this.options.signal).then((fitted) => fitted.rows);
      this.vectorized = { of, rows };
    }
    return this.vectorized.rows;
  }

  private seed(): number {
    // The caller held out by the seed itself.
    return hash32(this.options.seed, 2, 0);
  }

  private report(ofAttempt: number, latest: TrialNews | null = null): Promise<void> {
    const elapsedSeconds = this.elapsedSeconds();
    const done = (this.trials.length + ofAttempt) / (DEFAULTS.length + CHANGES.length);
    const fraction = Math.min(1, done);
    return this.options.report({ fraction, elapsedSeconds, attempts: this.attempts, latest });
  }

  private elapsedSeconds(): number {
    return this.clock() - this.startedSeconds;
  }

  private clock(): number {
    const { clock, engine } = this.options;
    return clock ? clock() : secondsOfWork(engine.threads);
  }
}

function accuracyOf({ metrics }: Trial): number {
  return metrics['accuracy']!;
}
