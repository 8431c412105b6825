import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../compute/random/kernel.js';
import { sharedEngine } from '../../engine.js';
import type { Events } from '../events.js';
import type { FittableRecipe } from '../manifest.js';
import { parseChoice } from '../recipes/recipes.js';
import { chooseGoal, describeData } from './data-report.js';
import { drawSettings, moveSettings, SEARCH_SPACES, searchSpaceOf } from './search-space.js';
import { tune, type TuneOptions } from './tune.js';

const engine = await sharedEngine();
const ITEMS = 60;

function eventsOf(rows: number[][], timestamps: boolean): Events {
  return {
    userCount: rows.length,
    itemCount: ITEMS,
    users: Uint32Array.from(rows.flatMap((items, user) => items.map(() => user))),
    items: Uint32Array.from(rows.flat()),
    values: null,
    timestamps: timestamps ? Float64Array.from(rows.flatMap((items) => items.map((_, place) => place))) : null,
    eventTypes: null,
  };
}

/** Users of six tastes, each of ten items, in no order. */
function tastes(timestamps: boolean): Events {
  const random = Random.seeded(1);
  const pick = (user: number) => 10 * (user % 6) + Math.floor(10 * random.uniform());
  return eventsOf(
    Array.from({ length: 300 }, (_, user) => [...new Set(Array.from({ length: 7 }, () => pick(user)))]),
    timestamps,
  );
}

/** Users who start anywhere and then follow one fixed path, mostly. */
function paths(): Events {
  const random = Random.seeded(2);
  const step = (item: number) =>
    random.uniform() < 0.85 ? (item * 7 + 11) % ITEMS : Math.floor(ITEMS * random.uniform());
  const walk = (item: number, length: number): number[] =>
    length === 0 ? [] : [item, ...walk(step(item), length - 1)];
  return eventsOf(
    Array.from({ length: 300 }, () => walk(Math.floor(ITEMS * random.uniform()), 6)),
    true,
  );
}

const search = (events: Events, changes: Partial<TuneOptions> = {}) =>
  tune(events, {
    engine,
    seed: 1,
    goal: chooseGoal(events, 'automatic'),
    budgetSeconds: 60,
    memoryBytesMax: 2 ** 30,
    report: async () => undefined,
    ...changes,
  });

describe('the report on the data', () => {
  it('tells an order that means something from one that does not', () => {
    expect(describeData(paths()).sequenceStrength).toBeGreaterThan(3);
    expect(describeData(tastes(true)).sequenceStrength).toBeLessThan(1.3);
    expect([chooseGoal(paths(), 'automatic'), chooseGoal(tastes(true), 'automatic')]).toEqual(['next', 'taste']);
  });

  it('foretells taste where there are no timestamps, whatever is asked', () => {
    expect(chooseGoal(tastes(false), 'next')).toBe('taste');
    expect(chooseGoal(tastes(true), 'next')).toBe('next');
  });
});

describe('the search', () => {
  it('finds the recipe for the next step where steps repeat', { timeout: 60_000 }, async () => {
    const { choice, report } = await search(paths());
    expect(choice.recipe).toBe('markov');
    expect(report.explanation).toMatch(/^markov ranked best of \d recipes on the last interaction of 300 users/);
  });

  it(
    'beats popularity by far where there are tastes, lists it, and gives the same answer for the same seed',
    { timeout: 60_000 },
    async () => {
      const { choice, report } = await search(tastes(false));
      const again = await search(tastes(false));
      expect(again.choice).toEqual(choice);
      const popularity = report.leaderboard.find(({ recipe }) => recipe === 'popularity')!;
      expect(report.leaderboard[0].metrics['ndcg@20']).toBeGreaterThan(1.5 * popularity.metrics['ndcg@20']);
      expect(report.explanation).toMatch(/Left out: trending \(the data set has no timestamps\)/);
      const ranks = report.leaderboard.map(({ metrics }) => metrics['ndcg@20']);
      expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
    },
  );

  it('ends when its budget does, with popularity at least', async () => {
    const startedMs = performance.now();
    const { choice } = await search(paths(), { budgetSeconds: 0.3 });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(parseChoice(choice.recipe, choice.settings)).toEqual(choice);
  });

  it('leaves out what does not fit into the memory, and says so', { timeout: 60_000 }, async () => {
    const { report } = await search(tastes(false), { memoryBytesMax: 90_000 });
    expect(report.explanation).toMatch(/ease \(it needs more memory than there is\)/);
    expect(report.leaderboard.map(({ recipe }) => recipe)).not.toContain('ease');
  });

  it('says what is in the way where nothing can be trained at all', async () => {
    await expect(search(tastes(false), { memoryBytesMax: 1 })).rejects.toThrow(
      /No recipe can be trained.*popularity: it needs more memory than there is/,
    );
  });

  it('stops with the reason of an aborted signal', async () => {
    const reason = new Error('enough');
    await expect(search(paths(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('the search space', () => {
  it.each(Object.keys(SEARCH_SPACES) as FittableRecipe[])(
    'of %s holds settings that the recipe takes, near and far',
    (recipe) => {
      fc.assert(
        fc.property(fc.nat(), fc.boolean(), fc.double({ min: 0, max: 2, noNaN: true }), (seed, order, step) => {
          const random = Random.seeded(seed);
          const space = searchSpaceOf(recipe, { order });
          const drawn = drawSettings(space, random);
          parseChoice(recipe, drawn);
          parseChoice(recipe, moveSettings(space, parseChoice(recipe, drawn).settings, step, random));
          parseChoice(recipe, moveSettings(space, parseChoice(recipe, {}).settings, step, random));
        }),
      );
    },
  );
});
