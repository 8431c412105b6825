import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../compute/random/kernel.js';
import { sharedEngine } from '../../engine.js';
import { drawSettings, moveSettings } from '../../training/search-space.js';
import type { AttemptRecord, SearchProgress } from '../../training/search.js';
import type { Events } from '../events.js';
import type { FittableRecipe } from '../manifest.js';
import { parseChoice } from '../recipes/recipes.js';
import { chooseGoal, describeData } from './data-report.js';
import { SEARCH_SPACES, searchSpaceOf } from './search-space.js';
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

/** Users who all draw from one and the same taste, alike in nothing else. */
function crowd(): Events {
  const random = Random.seeded(3);
  const pick = () => Math.floor(ITEMS * random.uniform() ** 3);
  return eventsOf(
    Array.from({ length: 1_000 }, () => [...new Set(Array.from({ length: 7 }, pick))]),
    false,
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

  it('predicts taste where there are no timestamps, whatever is asked', () => {
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
      expect(report.leaderboard[0]!.metrics['ndcg@20']).toBeGreaterThan(1.5 * popularity.metrics['ndcg@20']!);
      expect(report.explanation).toMatch(/Left out: trending \(the data set has no timestamps\)/);
      const ranks = report.leaderboard.map(({ metrics }) => metrics['ndcg@20']!);
      expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
    },
  );

  it('measures the defaults of every recipe that suits the data, however little time there is', async () => {
    let seconds = 0;
    const attempts: AttemptRecord[] = [];
    const { choice, report } = await search(paths(), {
      budgetSeconds: 0.001,
      clock: () => (seconds += 0.1),
      report: async (progress) => void attempts.splice(0, Infinity, ...progress.attempts),
    });
    const tried = attempts.map(({ trial }) => trial!);
    expect(tried.map(({ recipe }) => recipe).toSorted()).toEqual([
      'ease',
      'ials',
      'item-knn',
      'markov',
      'popularity',
      'rp3beta',
      'slim',
      'trending',
      'user-knn',
    ]);
    for (const { recipe, settings } of tried) expect(settings).toEqual(parseChoice(recipe, {}).settings);
    expect(report.leaderboard).toHaveLength(tried.length);
    expect(choice).toEqual(parseChoice('markov', {}));
  });

  it('lets no dear recipe take the turn of another', async () => {
    let seconds = 0;
    const { report } = await search(tastes(false), {
      clock: () => seconds,
      // The third one takes all of the budget and more.
      report: async ({ attempts }) => void (seconds = attempts.length < 3 ? 0 : 1e6),
    });
    const everyRecipe = ['ease', 'ials', 'item-knn', 'popularity', 'rp3beta', 'slim', 'user-knn'];
    expect(report.leaderboard.map(({ recipe }) => recipe).toSorted()).toEqual(everyRecipe);
  });

  it('ends once it has stopped paying, long before the budget', { timeout: 60_000 }, async () => {
    const gains: boolean[] = [];
    let best = 0;
    await search(tastes(false), {
      budgetSeconds: 1e9,
      clock: () => 0,
      report: async ({ attempts }) => {
        const reached = attempts.at(-1)!.trial!.metrics['ndcg@20']!;
        gains.push(reached > 1.005 * best);
        best = Math.max(best, reached);
      },
    });
    // Each of the six that can be tuned has at most 7 tries of draws and 7 of steps in vain.
    expect(gains.length - gains.lastIndexOf(true)).toBeLessThanOrEqual(6 * 14);
    expect(gains.length).toBeLessThan(150);
  });

  it('goes on from what an earlier search had tried, to the same choice', { timeout: 60_000 }, async () => {
    const clock = () => 0;
    let half: SearchProgress<FittableRecipe> | undefined;
    const keep = async (progress: SearchProgress<FittableRecipe>) => {
      if (progress.attempts.length === 20) half = structuredClone(progress);
    };
    const whole = await search(tastes(false), { clock, report: keep });
    let repeated = 0;
    const report = async ({ attempts }: SearchProgress) => void (repeated ||= attempts.length);
    const resumed = await search(tastes(false), { clock, resume: half!, report });
    expect(resumed).toEqual(whole);
    expect(repeated).toBeGreaterThanOrEqual(20);
  });

  it('warns in words where nothing ranks better than what is popular', { timeout: 60_000 }, async () => {
    const { choice, report } = await search(crowd());
    expect(choice.recipe).toBe('popularity');
    expect(report.warning).toMatch(/^No recipe ranked better than recommending what is popular/);
    expect((await search(tastes(false), { budgetSeconds: 0.001 })).report.warning).toBeNull();
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
