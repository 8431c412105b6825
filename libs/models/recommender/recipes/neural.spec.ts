import { describe, expect, it } from 'vitest';
import { hash32 } from '../../../compute/random/kernel.js';
import { sharedEngine } from '../../engine.js';
import type { FitProgress } from '../../training/fit.js';
import type { Events } from '../events.js';
import { eventsOf } from '../example-events.js';
import type { FactorModel } from '../fitted-model.js';
import type { FittableRecipe, RecipeChoice } from '../manifest.js';
import { fitRecipe, parseChoice } from './recipes.js';

const engine = await sharedEngine();
const GIBIBYTE = 2 ** 30;

async function fit(recipe: FittableRecipe, settings: object, events: Events) {
  const reports: FitProgress[] = [];
  const choice = parseChoice(recipe, settings) as RecipeChoice;
  const report = async (progress: FitProgress) => void reports.push(progress);
  const { model, foldIn } = await fitRecipe(choice, events, GIBIBYTE, { engine, seed: 1, report });
  return { model: model as FactorModel, foldIn, reports };
}

function best({ dimensions: d, users, items }: FactorModel, user: number): number {
  const scores = Array.from({ length: items.length / d }, (_, item) => {
    let score = 0;
    for (let k = 0; k < d; k++) score += users[user * d + k]! * items[item * d + k]!;
    return score;
  });
  return scores.indexOf(Math.max(...scores));
}

describe('sequence', () => {
  const [USERS, ITEMS, LENGTH] = [1_200, 20, 6];
  /** Everyone goes round the items in the same order, each from another one. */
  const events = eventsOf(
    Array.from({ length: USERS }, (_, user) => Array.from({ length: LENGTH }, (__, i) => (7 * user + i) % ITEMS)),
    ITEMS,
  );
  const settings = { factors: 16, layers: 1, epochs: 6, dropout: 0, learningRate: 0.01 };

  it('learns what follows, shows falling loss and a rising validation metric, and stops when that rises no more', async () => {
    const { model, reports } = await fit('sequence', { ...settings, epochs: 60, patience: 2 }, events);
    const epochs = reports.filter(({ state }) => state);
    expect(epochs.length).toBeLessThan(60);
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss!);
    expect(Math.max(...epochs.map(({ validation }) => validation!.value))).toBeGreaterThan(0.95);
    expect(epochs[0]!.validation!.metric).toBe('ndcg@10');
    for (let user = 0; user < 100; user++) expect(best(model, user)).toBe((user * 7 + LENGTH) % ITEMS);
  });

  it('compares with a sample of a larger catalogue to the same end', async () => {
    const { model } = await fit('sequence', { ...settings, epochs: 15, candidates: 16 }, events);
    const right = Array.from({ length: 100 }, (_, user) => best(model, user) === (user * 7 + LENGTH) % ITEMS);
    expect(right.filter(Boolean).length).toBeGreaterThan(90);
  });

  it('predicts for users that it never saw from their items', async () => {
    const { foldIn } = await fit('sequence', settings, events);
    const context = { engine, seed: 1, report: async () => undefined };
    expect(best((await foldIn!(eventsOf([[4, 5, 6]], ITEMS), context)) as FactorModel, 0)).toBe(7);
  });
});

describe('two-tower', () => {
  const [USERS, ITEMS] = [200, 40];
  /** Users of one taste take items of one genre; nobody has touched the last two items, one of each. */
  const genre = (index: number) => (index % 2 ? 'comedy' : 'drama');
  const pairs = Array.from({ length: USERS * 8 }, (_, i) => {
    const user = Math.floor(i / 8);
    return [user, 2 * (hash32(1, user, i) % ((ITEMS - 2) / 2)) + (user % 2)] as const;
  });
  const events: Events = {
    userCount: USERS,
    itemCount: ITEMS,
    users: Uint32Array.from(pairs, ([user]) => user),
    items: Uint32Array.from(pairs, ([, item]) => item),
    values: null,
    timestamps: null,
    eventTypes: null,
    itemAttributes: Array.from({ length: ITEMS }, (_, item) => ({ genre: genre(item) })),
    userAttributes: Array.from({ length: USERS }, (_, user) => ({ city: user % 2 ? 'Lyon' : 'Rome' })),
  };

  it('places an item that nobody has touched by its attributes, and a user by theirs', async () => {
    const { model, reports } = await fit('two-tower', { factors: 16, epochs: 12, batchSize: 128 }, events);
    const { dimensions: d, users, items } = model;
    const score = (user: number, item: number) => {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += users[user * d + k]! * items[item * d + k]!;
      return sum;
    };
    const [drama, comedy] = [ITEMS - 2, ITEMS - 1];
    for (let user = 0; user < USERS; user++) {
      const [own, other] = user % 2 ? [comedy, drama] : [drama, comedy];
      expect(score(user, own)).toBeGreaterThan(score(user, other));
    }
    const losses = reports.filter(({ state }) => state).map(({ loss }) => loss!);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });
});
