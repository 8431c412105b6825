import { rowIndicesOf, type Csr } from '../../../compute/csr/kernel.js';
import { resumeFit, runOptions, type FitContext, type FitProgress } from '../../training/fit.js';
import { sampleUsers } from '../evaluation/evaluate.js';
import { splitAtRandom, splitLastOut } from '../evaluation/split.js';
import { distinctPairs, type Events } from '../events.js';
import { featuresOf } from '../features.js';
import type { FactorModel, HybridModel, ProductModel, Ranker } from '../fitted-model.js';
import { featureCount, listCandidates, SIGNALS } from '../hybrid/candidate-list.js';
import { HIDDEN, trainRanker, type LabelledList } from '../hybrid/train-ranker.js';
import type { RecipeChoice } from '../manifest.js';
import { batchUsers, scoreUsers } from '../scoring.js';
import type { HybridSettings } from '../settings.js';
import { ageDecay } from '../weighting.js';
import { type Fit } from './fit.js';

type Generator = Fit<FactorModel | ProductModel>;

/** Fits one of the generators; the registry of recipes, which this recipe is part of, passes itself in. */
export type FitGenerator = (choice: RecipeChoice, events: Events, context: FitContext) => Promise<Fit>;

const HELD_OUT_SHARE = 0.2;
const LISTS_MAX = 5_000;
const RECENT_DAYS = 30;
/** Where each part ends. */
const PROGRESS_AT = { fitted: 0.35, listed: 0.45, ranked: 0.6 };

/**
 * Two stages: generators propose candidates, a ranker that learnt from what users took puts them in order. It learns on a part of
 * the events that its generators have not seen; then the generators are fitted to all.
 */
export function createHybrid(fitGenerator: FitGenerator) {
  return async (events: Events, settings: HybridSettings, context: FitContext): Promise<Fit<HybridModel>> => {
    const choices = settings.generators.map((recipe): RecipeChoice => ({ recipe, settings: {} }));
    const ranker = startingRanker(choices.length);
    if (resumeFit(context, { ...ranker }) === 0)
      await learnRanker(ranker, events, choices, settings, context, fitGenerator);
    const state = { steps: 1, read: () => ({ ...ranker }) };
    const report = ({ fraction, ...rest }: FitProgress) =>
      context.report({ ...rest, fraction: PROGRESS_AT.ranked + (1 - PROGRESS_AT.ranked) * fraction, state });
    const fits = await fitAll(choices, events, { ...context, resume: null, report }, fitGenerator);
    const modelOf = (generators: HybridModel['generators'], seen: Csr): HybridModel => ({
      kind: 'hybrid',
      generators,
      ...signalsOf(events),
      seen,
      candidates: settings.candidates,
      ranker,
    });
    return {
      model: modelOf(
        fits.map(({ model }) => model),
        distinctPairs(events),
      ),
      foldIn: null,
      release: () => fits.forEach(({ release }) => release()),
    };
  };
}

async function learnRanker(
  ranker: Ranker,
  events: Events,
  choices: RecipeChoice[],
  { candidates, goal }: HybridSettings,
  context: FitContext,
  fitGenerator: FitGenerator,
): Promise<void> {
  const { train, test } =
    goal === 'next' && events.timestamps
      ? splitLastOut(events)
      : splitAtRandom(events, HELD_OUT_SHARE, context.seed + 1);
  const within = (from: number, to: number) => (progress: FitProgress) =>
    context.report({ ...progress, state: undefined, fraction: from + (to - from) * progress.fraction });
  const fitting = { ...context, resume: null, report: within(0, PROGRESS_AT.fitted) };
  const fits = await fitAll(choices, train, fitting, fitGenerator);
  try {
    const source = { ...signalsOf(train), seen: distinctPairs(train), candidates };
    const generators = fits.map(({ model }) => model);
    const lists = await labelLists(generators, source, distinctPairs(test), {
      ...context,
      report: within(PROGRESS_AT.fitted, PROGRESS_AT.listed),
    });
    // With nothing to learn an order from, the one that the ranker starts with stands.
    if (lists.length === 0) return;
    const ranking = within(PROGRESS_AT.listed, PROGRESS_AT.ranked);
    const learnt = await trainRanker(lists, choices.length, context, (epoch, epochs, loss) =>
      ranking({ epoch, epochs, loss, fraction: epoch / epochs, examples: lists.length }),
    );
    ranker.inner.set(learnt.inner);
    ranker.bias.set(learnt.bias);
    ranker.outer.set(learnt.outer);
  } finally {
    for (const { release } of fits) release();
  }
}

/** Ranks as the first generator does: x = relu(x) − relu(−x). */
function startingRanker(generators: number): Ranker {
  const inner = new Float32Array(featureCount(generators) * HIDDEN);
  const outer = new Float32Array(HIDDEN);
  inner.set([1, -1]);
  outer.set([1, -1]);
  return { inner, bias: new Float32Array(HIDDEN), outer };
}

async function fitAll(
  choices: RecipeChoice[],
  events: Events,
  context: FitContext,
  fitGenerator: FitGenerator,
): Promise<Generator[]> {
  const fits: Generator[] = [];
  try {
    for (const [index, choice] of choices.entries()) {
      // A generator's state is not the state of the whole.
      const report = (progress: FitProgress) =>
        context.report({ ...progress, state: undefined, fraction: (index + progress.fraction) / choices.length });
      fits.push((await fitGenerator(choice, events, { ...context, report })) as Generator);
    }
    return fits;
  } catch (error) {
    for (const { release } of fits) release();
    throw error;
  }
}

/** The lists of users whose candidates hold something that was held out. */
async function labelLists(
  generators: HybridModel['generators'],
  source: Parameters<typeof listCandidates>[0],
  taken: Csr,
  context: FitContext,
): Promise<LabelledList[]> {
  const { engine, seed } = context;
  const items = taken.columns;
  const users = sampleUsers(source.seen, taken, LISTS_MAX, seed);
  const batch = batchUsers(items);
  const lists: LabelledList[] = [];
  const scores = generators.map(() => engine.float32(batch * items));
  try {
    for (let start = 0; start < users.length; start += batch) {
      const some = users.subarray(start, start + batch);
      const parts = scores.map((each) => each.subarray(0, some.length * items));
      for (const [i, generator] of generators.entries())
        await scoreUsers(engine, generator, some, parts[i]!, runOptions(context));
      some.forEach((user, row) => {
        const rows = parts.map((part) => part.subarray(row * items, (row + 1) * items));
        const list = listCandidates(source, user, rows);
        const right = new Set(rowIndicesOf(taken, user));
        const hits = list.items.reduce((sum, item) => sum + (right.has(item) ? 1 : 0), 0);
        if (hits > 0)
          lists.push({ ...list, targets: Float32Array.from(list.items, (item) => (right.has(item) ? 1 / hits : 0)) });
      });
      await context.report({ epoch: 0, epochs: 0, fraction: (start + some.length) / users.length });
    }
  } finally {
    engine.release(...scores);
  }
  return lists;
}

function signalsOf(events: Events): Pick<HybridModel, 'signals' | 'itemFeatures'> {
  const { itemCount, items } = events;
  const decay = ageDecay(events, RECENT_DAYS);
  const [counts, recent] = [new Float64Array(itemCount), new Float64Array(itemCount)];
  items.forEach((item, position) => {
    counts[item]!++;
    recent[item]! += decay?.[position] ?? 0;
  });
  const popular = standardise(counts.map((count) => Math.log1p(count)));
  const rising = standardise(counts.map((count, item) => Math.log((recent[item]! + 0.01) / (count + 1))));
  const signals = new Float32Array(SIGNALS * itemCount);
  for (let item = 0; item < itemCount; item++) signals.set([popular[item]!, decay ? rising[item]! : 0], SIGNALS * item);
  return { signals, itemFeatures: featuresOf(events.itemAttributes ?? []) };
}

function standardise(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(variance + 1e-9));
}
