import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedEngine } from '../../engine.js';
import { TrainingInputError } from '../../family.js';
import type { Events } from '../events.js';
import { eventsOf } from '../example-events.js';
import type { FittedModel, PopularityModel, ProductModel } from '../fitted-model.js';
import { recommenderManifest, type RecipeChoice } from '../manifest.js';
import { memoryBytesOf } from '../memory.js';
import { scoreUsers } from '../scoring.js';
import { PLAIN_WEIGHTING, type Weighting } from '../settings.js';
import { scaleByRecency, weighPairs } from '../weighting.js';
import type { Fit } from './fit.js';
import { fitRecipe, parseChoice } from './recipes.js';

const engine = await sharedEngine();
const GIBIBYTE = 1024 ** 3;

function fit(recipe: string, settings: object, events: Events, signal?: AbortSignal): Promise<Fit> {
  const context = { engine, seed: 1, signal, report: async () => signal?.throwIfAborted() };
  return fitRecipe(parseChoice(recipe, settings) as RecipeChoice, events, GIBIBYTE, context);
}

async function scoresOf(model: FittedModel, user: number, items: number): Promise<number[]> {
  const scores = engine.float32(items);
  await scoreUsers(engine, model, Uint32Array.of(user), scores);
  return [...scores];
}

describe('weights of pairs', () => {
  const day = 86_400;
  const weigh = (settings: Partial<Weighting>, changes: Partial<Events> = {}) => {
    const events = eventsOf([[0, 0, 1]], 2, { timestamps: Float64Array.of(0, day, 2 * day), ...changes });
    return weighPairs(events, { ...PLAIN_WEIGHTING, ...settings });
  };

  it('are 1 where nothing says otherwise, however often a pair occurs', () => {
    expect(weigh({}).values).toBeNull();
    expect([...weigh({}).indices]).toEqual([0, 1]);
  });

  it('halve with every half-life before the latest event; of a repeated pair the latest counts', () => {
    expect([...weigh({ halfLifeDays: 1 }).values!]).toEqual([0.5, 1]);
  });

  it('follow the types of the events, and a type of weight 0 is left out', () => {
    const eventTypes = { names: ['view', 'purchase', 'hide'], codes: Uint32Array.of(0, 1, 2) };
    const weighted = weigh({ eventWeights: { purchase: 5, hide: 0 } }, { eventTypes });
    expect([...weighted.indices]).toEqual([0]);
    expect([...weighted.values!]).toEqual([5]);
  });

  it('grow with the values where confidence is asked for; negative values count as 0', () => {
    const values = Float32Array.of(2, 3, -4);
    const linear = weigh({ confidence: 'linear', confidenceScale: 2 }, { values });
    expect([...linear.values!]).toEqual([1 + 2 * 5, 1]);
    const log = weigh({ confidence: 'log' }, { values });
    expect(log.values![0]).toBeCloseTo(1 + Math.log1p(5), 6);
  });

  it('fade by how many of the items are newer', () => {
    const events = eventsOf([[4, 2, 4, 1]], 5);
    const faded = scaleByRecency(weighPairs(events, PLAIN_WEIGHTING), events, 0.5);
    expect([...faded.indices]).toEqual([1, 2, 4]);
    expect([...faded.values!]).toEqual([1, 0.25, 0.5]);
  });
});

describe('recipes, worked by hand', () => {
  it('item-knn scores by cosine', async () => {
    // Items 0 and 1 share one of two users each, 0 and 2 none.
    const events = eventsOf([[0, 1], [0], [1, 2]], 3);
    const { model } = await fit('item-knn', { shrinkage: 0 }, events);
    const scores = await scoresOf(model, 1, 3);
    expect(scores[1]).toBeCloseTo(1 / 2, 6);
    expect(scores[2]).toBe(0);
  });

  it('EASE solves the closed form', async () => {
    // XᵀX + λI = [[3, 1], [1, 3]]; its inverse is [[3, −1], [−1, 3]] / 8; B₀₁ = −P₀₁ / P₁₁ = 1/3.
    const { model } = await fit('ease', { regularization: 1 }, eventsOf([[0, 1], [0], [1]], 2));
    expect((await scoresOf(model, 1, 2))[1]).toBeCloseTo(1 / 3, 5);
  });

  it('rp3beta walks from item to user to item', async () => {
    // From item 0 to its users 0 and 1, from user 0 to item 1 with ½: the only walk elsewhere, so all of the share.
    const { model } = await fit('rp3beta', { alpha: 1, beta: 0 }, eventsOf([[0, 1], [0], [2]], 3));
    const { similarity } = model as ProductModel;
    expect([...similarity.values!.subarray(similarity.offsets[0], similarity.offsets[1])]).toEqual([1]);
    expect(similarity.indices[similarity.offsets[0]!]).toBe(1);
  });

  it('user-knn recommends what the most similar user touched', async () => {
    const { model } = await fit('user-knn', { shrinkage: 0 }, eventsOf([[0, 1, 2], [0, 1], [3]], 4));
    const scores = await scoresOf(model, 1, 4);
    expect(scores[2]).toBeCloseTo(2 / Math.sqrt(6), 6);
    expect(scores[3]).toBe(0);
  });

  it('markov follows the order, not the company', async () => {
    // After 0 came 1 twice and 2 once; before 0 came 3, which says nothing of what is next.
    const rows = [[3, 0, 1], [3, 0, 1], [3, 0, 2], [0]];
    const { model } = await fit('markov', { window: 1, cooccurrence: 0, recency: 0 }, eventsOf(rows, 4));
    const scores = await scoresOf(model, 3, 4);
    expect(scores[1]).toBeCloseTo(2 / 3, 6);
    expect(scores[2]).toBeCloseTo(1 / 3, 6);
    expect(scores[3]).toBe(0);
  });

  it('trending halves an event with every half-life', async () => {
    const timestamps = Float64Array.of(0, 86_400, 86_400);
    const events = eventsOf([[0], [1], [1]], 2, { timestamps });
    const { model } = await fit('trending', { halfLifeDays: 1 }, events);
    expect([...(model as PopularityModel).scores]).toEqual([0.5, 2]);
  });

  it.each([false, true])('explicit-mf predicts ratings of two tastes (implicit term: %s)', async (implicitTerm) => {
    // Users of one parity love the items of theirs and hate the others.
    const rows = Array.from({ length: 60 }, () => Array.from({ length: 20 }, (_, item) => item));
    const rating = (user: number, item: number) => (user % 2 === item % 2 ? 5 : 1);
    const isHeldOut = (user: number, item: number) => item === Math.floor(user / 2) % 20;
    const kept = rows.map((items, user) => items.filter((item) => !isHeldOut(user, item)));
    const values = Float32Array.from(kept.flatMap((items, user) => items.map((item) => rating(user, item))));
    const settings = { factors: 8, epochs: 200, learningRate: 0.02, regularization: 0.02, implicitTerm };
    const { model } = await fit('explicit-mf', settings, eventsOf(kept, 20, { values }));
    for (const user of [0, 1, 30, 59]) {
      const item = Math.floor(user / 2) % 20;
      expect(Math.abs((await scoresOf(model, user, 20))[item]! - rating(user, item))).toBeLessThan(0.7);
    }
  });
});

describe('every recipe', () => {
  const recipes = Object.keys(recommenderManifest.recipes).filter((recipe) => recipe !== 'auto');
  const rows = Array.from({ length: 40 }, (_, user) => Array.from({ length: 10 }, (__, i) => (user + 3 * i) % 30));
  const complete = (some: number[][], items: number): Events =>
    eventsOf(some, items, { values: Float32Array.from(some.flat(), (item) => (item % 5) + 1) });

  it.each(recipes)('%s scores users whom it never saw, or says that it cannot', async (recipe) => {
    const { model, foldIn } = await fit(recipe, {}, complete(rows, 30));
    if (!foldIn) return;
    const context = { engine, seed: 1, report: async () => undefined };
    const folded = await foldIn(complete(rows.slice(0, 3), 30), context);
    const [known, unknown] = [await scoresOf(model, 1, 30), await scoresOf(folded, 1, 30)];
    expect(unknown.every(Number.isFinite)).toBe(true);
    // The same history asks for much the same, but for the recipe's own row, which user-knn meets again.
    const best = known.indexOf(Math.max(...known));
    expect(unknown.toSorted((a, b) => b - a).indexOf(unknown[best]!)).toBeLessThan(15);
  });

  it.each(recipes)('%s stops with the reason of an aborted signal', async (recipe) => {
    if (['popularity', 'trending', 'random'].includes(recipe)) return;
    const reason = new Error('enough');
    await expect(fit(recipe, {}, complete(rows, 30), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('ease ends on an abort while a matrix of 4,000 items is being inverted', async () => {
    const wide = Array.from({ length: 1_000 }, (_, user) => [4 * user, 4 * user + 1, 4 * user + 2, 4 * user + 3]);
    const controller = new AbortController();
    const reason = new Error('enough');
    const report = async () => void setTimeout(() => controller.abort(reason), 20);
    const choice = parseChoice('ease', {}) as RecipeChoice;
    const context = { engine, seed: 1, signal: controller.signal, report };
    await expect(fitRecipe(choice, eventsOf(wide, 4_000), GIBIBYTE, context)).rejects.toBe(reason);
  });

  it.each(recipes)(
    '%s stands any small table: users and items without events, one of each, all alike',
    async (recipe) => {
      const tables = fc.array(fc.array(fc.nat(5), { maxLength: 8 }), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(
          tables.filter((table) => table.flat().length > 0),
          async (table) => {
            const settings = 'epochs' in parseChoice(recipe, {}).settings ? { epochs: 2 } : {};
            const { model, release } = await fit(recipe, settings, complete(table, 6));
            expect((await scoresOf(model, 0, 6)).every(Number.isFinite)).toBe(true);
            release();
          },
        ),
        { numRuns: 25 },
      );
    },
  );
});

describe('memory', () => {
  const many = { ...eventsOf([[0]], 1), userCount: 1_000_000, itemCount: 100_000 };

  it('of EASE grows with the square of the items', () => {
    expect(memoryBytesOf(parseChoice('ease', {}) as RecipeChoice, many)).toBeGreaterThan(4 * 100_000 ** 2);
    expect(memoryBytesOf(parseChoice('rp3beta', {}) as RecipeChoice, many)).toBeLessThan(GIBIBYTE);
  });

  it('that is not there is said before the start, with what to do', async () => {
    await expect(fit('ease', {}, many)).rejects.toThrow(TrainingInputError);
    await expect(fit('ease', {}, many)).rejects.toThrow(/"ease" needs about \d+\.\d GiB.*1\.0 GiB are there.*Choose/);
    await expect(fit('user-knn', {}, many)).rejects.toThrow(/Lower "neighbours"/);
    await expect(fit('ials', { factors: 256 }, many)).rejects.toThrow(/Lower "factors"/);
  });
});

describe('what a recipe cannot do without', () => {
  const bare = eventsOf([[0, 1], [1]], 2, { timestamps: null });

  it.each([
    ['markov', /no timestamps.*column "timestamp"/],
    ['trending', /no timestamps.*column "timestamp"/],
    ['explicit-mf', /no values.*column "value"/],
  ])('%s says so', async (recipe, message) => {
    await expect(fit(recipe, {}, bare)).rejects.toThrow(TrainingInputError);
    await expect(fit(recipe, {}, bare)).rejects.toThrow(message);
  });
});
