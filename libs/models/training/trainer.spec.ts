import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sharedEngine } from '../engine.js';
import { TrainingInputError, type RecipeManifest, type TrainerOptions } from '../family.js';
import { writeSafetensors } from '../safetensors.js';
import { describeTrainerConformance, runToEnd } from './conformance.js';
import { resumeFit, type FitContext } from './fit.js';
import { parseChoice, type RecipeChoice } from './recipe.js';
import { search, type SearchOptions, type SearchProgress } from './search.js';
import { createTrainer, type Learner } from './trainer.js';

type Recipe = 'zero' | 'descent' | 'refusing';

interface Fit {
  guess: number;
  release: () => void;
}

/** Nothing but numbers, of which every tenth is held out: what users and items are to recommenders. */
const NUMBERS = Array.from({ length: 200 }, (_, i) => 5 + ((i * 37) % 11));
const STEPS = 8;

const descentSettings = z.strictObject({ rate: z.number().min(0.01).max(1).default(0.05) });
const recipes: Record<Recipe, RecipeManifest> = {
  zero: { summary: 'Guesses 0', settings: z.strictObject({}), memoryBytes: () => 8 },
  descent: { summary: 'Goes towards the mean', settings: descentSettings, memoryBytes: () => 8 },
  refusing: { summary: 'Suits nothing', settings: z.strictObject({}), memoryBytes: () => 8 },
};

const holdOut = (numbers: number[]) => ({
  train: numbers.filter((_, i) => i % 10 !== 0),
  test: numbers.filter((_, i) => i % 10 === 0),
});

/** 1 for guesses without any error. */
const closeness = (guess: number, numbers: number[]) =>
  numbers.reduce((sum, number) => sum + 1 / (1 + Math.abs(number - guess)), 0) / numbers.length;

async function fit({ recipe, settings }: RecipeChoice<Recipe>, numbers: number[], context: FitContext): Promise<Fit> {
  if (recipe === 'refusing') throw new TrainingInputError('nothing suits it');
  const guess = Float32Array.of(0);
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const done = resumeFit(context, { guess });
  for (let step = done; step < (recipe === 'descent' ? STEPS : 0); step++) {
    guess[0]! += (settings['rate'] as number) * (mean - guess[0]!);
    const state = { steps: step + 1, read: () => ({ guess }) };
    await context.report({ epoch: step + 1, epochs: STEPS, fraction: (step + 1) / STEPS, state });
  }
  return { guess: guess[0]!, release: () => undefined };
}

async function start(recipe: Recipe | 'auto', changes: Partial<TrainerOptions> = {}) {
  const options = { recipe, settings: {}, seed: 1, engine: await sharedEngine(), ...changes };
  const learner: Learner<number[], ReturnType<typeof holdOut>, Recipe, Fit> = {
    identity: { recipe, seed: options.seed },
    data: NUMBERS,
    holdOut: () => holdOut(NUMBERS),
    choose: recipe === 'auto' ? searchFor(options) : parseChoice(recipes, recipe, {}),
    fit,
    measure: async (_choice, { guess }, { test }, report) => {
      await report(1);
      const result = {
        values: { closeness: closeness(guess, test) },
        baselines: { zero: { closeness: closeness(0, test) } },
        intervals: {},
        evaluated: { of: 'numbers', count: test.length },
      };
      return { result, report: { largest: Math.max(...test) } };
    },
    publish: ({ guess }) =>
      writeSafetensors({ metadata: {}, tensors: { guess: { shape: [1], array: Float32Array.of(guess) } } }),
  };
  return createTrainer(learner, options);
}

async function searchOf(given: Partial<SearchOptions<Recipe>> = {}, data = NUMBERS) {
  const problem = {
    data,
    sizeOf: (numbers: number[]) => numbers.length,
    sampleOf: (numbers: number[]) => numbers,
    holdOut,
    candidates: ['zero', 'refusing', 'descent'] as Recipe[],
    unsuitable: new Map<Recipe, string>(),
    spaceOf: (recipe: Recipe) =>
      recipe === 'descent' ? { rate: { scale: 'linear' as const, low: 0.01, high: 1 } } : ({} as never),
    choose: (recipe: Recipe, settings: object) => parseChoice(recipes, recipe, settings),
    fit,
    measure: async ({ guess }: Fit, { test }: { test: number[] }) => ({ closeness: closeness(guess, test) }),
    objective: 'closeness',
  };
  // A clock that stands still: the search ends where it has stopped paying.
  const clock = () => 0;
  const engine = await sharedEngine();
  return { problem, options: { engine, seed: 1, budgetSeconds: 60, clock, report: async () => {}, ...given } };
}

function searchFor({ engine, seed, signal }: TrainerOptions): Learner<number[], never, Recipe, Fit>['choose'] {
  return async (train, progress) => {
    const { problem, options } = await searchOf({ engine, seed, signal, ...progress }, train);
    const { leaderboard, leftOut } = await search(problem, options);
    const { recipe, settings } = leaderboard[0]!;
    const explanation = [...leftOut].map((entry) => entry.join(': ')).join();
    return { choice: { recipe, settings }, report: { recipe, settings, explanation, warning: null, leaderboard } };
  };
}

for (const recipe of ['zero', 'descent', 'auto'] as const) {
  describeTrainerConformance(`a family of numbers, ${recipe},`, (changes) => start(recipe, changes));
}

describe('a search for the least of a metric', () => {
  it('settles where the error is lowest, on defaults or on what was tuned', async () => {
    const find = async (better: 'higher' | 'lower') => {
      const { problem, options } = await searchOf({ budgetSeconds: 60 });
      const measure = async ({ guess }: Fit) => ({ error: Math.abs(guess - 10) });
      const { leaderboard } = await search({ ...problem, measure, objective: 'error', better }, options);
      return leaderboard;
    };
    const [best, ...others] = await find('lower');
    expect(best!.recipe).toBe('descent');
    // The default rate of 0.05 comes a third of the way in as many steps.
    expect(best!.metrics['error']).toBeLessThan(1);
    for (const { metrics } of others) expect(metrics['error']).toBeGreaterThan(best!.metrics['error']!);
    expect((await find('higher'))[0]!.recipe).toBe('zero');
  });
});

describe('a search that is to end early', () => {
  const endAfter = async (trials: number, given: Partial<SearchOptions<Recipe>> = {}) => {
    const enough = new AbortController();
    const told: SearchProgress<Recipe>[] = [];
    const { problem, options } = await searchOf({
      enough: enough.signal,
      report: async (progress) => {
        told.push(structuredClone(progress));
        if (progress.attempts.length >= trials) enough.abort();
      },
      ...given,
    });
    return { ...(await search(problem, options)), told };
  };

  it('tries nothing more, and takes the best so far', async () => {
    const { leaderboard, told } = await endAfter(4);
    expect(told.at(-1)!.attempts).toHaveLength(4);
    expect(leaderboard.map(({ recipe }) => recipe)).toEqual(['descent', 'zero']);
    // The fourth was the first of tuning; the choice is what was reported to be best.
    const best = Math.max(...told.map(({ latest }) => latest?.value ?? 0));
    expect(best).toBeGreaterThanOrEqual(leaderboard[0]!.metrics['closeness']!);
  });

  it('says which recipes did not get their turn', async () => {
    const { leaderboard, leftOut } = await endAfter(1);
    expect(leaderboard.map(({ recipe }) => recipe)).toEqual(['zero']);
    expect(leftOut.get('descent')).toMatch(/ended before/);
  });

  it('goes on until there is anything to take', async () => {
    const { leaderboard } = await endAfter(0, { enough: AbortSignal.abort() });
    expect(leaderboard.map(({ recipe }) => recipe)).toEqual(['zero']);
  });

  it('gives up the trial under way', async () => {
    const enough = new AbortController();
    const { problem, options } = await searchOf({ enough: enough.signal });
    const endless: typeof problem.fit = async (choice, data, context) => {
      if (choice.recipe !== 'descent') return fit(choice, data, context);
      for (;;) {
        enough.abort();
        await context.report({ epoch: 0, epochs: 0, fraction: 0 });
      }
    };
    const { leaderboard } = await search({ ...problem, fit: endless }, options);
    expect(leaderboard.map(({ recipe }) => recipe)).toEqual(['zero']);
  });

  it('ends at once in another worker that takes it up, with all that was tried', async () => {
    const { told, leaderboard } = await endAfter(6);
    const again = await endAfter(0, { enough: AbortSignal.abort(), resume: told.at(-1)! });
    expect(again.leaderboard).toEqual(leaderboard);
    expect(again.told.filter(({ attempts }) => attempts.length > 6)).toEqual([]);
  });
});

describe('a search within a job', () => {
  it('finds settings that rank better than the defaults, and says what was left out', async () => {
    const byDefault = await runToEnd(await start('descent'));
    const { recipe, result, report } = await runToEnd(await start('auto'));
    expect(recipe).toBe('descent');
    expect(result.values['closeness']).toBeGreaterThan(1.2 * byDefault.result.values['closeness']!);
    expect(byDefault.report).toEqual({ largest: expect.any(Number) });
    expect(report).toMatchObject({
      ...(byDefault.report as object),
      search: { recipe, explanation: 'refusing: nothing suits it' },
    });
  });
});

describe('parseChoice', () => {
  it('refuses what the manifest does not name, in words for the customer', () => {
    expect(() => parseChoice(recipes, 'constructor', {})).toThrow('There is no recipe "constructor".');
    expect(() => parseChoice(recipes, 'descent', { rate: 2 })).toThrow(
      /settings do not fit the recipe "descent".*rate/s,
    );
  });
});
