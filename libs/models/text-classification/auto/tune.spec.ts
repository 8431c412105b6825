import { describe, expect, it } from 'vitest';
import { sharedEngine } from '../../engine.js';
import { questions } from '../../tasks/classification/questions.js';
import type { SearchProgress } from '../../training/search.js';
import { inputOf } from '../input.js';
import type { FittableRecipe } from '../manifest.js';
import { tune } from './tune.js';

const report = async () => undefined;

describe('auto', () => {
  it('compares the defaults of every recipe even without any time, and nothing more', async () => {
    const engine = await sharedEngine();
    let now = 0;
    const options = { engine, seed: 1, budgetSeconds: 5, clock: () => (now += 10), report };
    const { report: found } = await tune(inputOf(questions()), options);
    expect(found.leaderboard.map(({ recipe }) => recipe).toSorted()).toEqual(['linear', 'majority', 'naive-bayes']);
    expect(found.explanation).toContain('3 recipes and settings were compared.');
  });

  it('ends with the best so far when it is asked to', async () => {
    const engine = await sharedEngine();
    const enough = new AbortController();
    const options = { engine, seed: 1, budgetSeconds: 60, clock: () => 0, enough: enough.signal };
    const end = async ({ attempts }: SearchProgress<FittableRecipe>) => void (attempts.length === 2 && enough.abort());
    const { choice, report: found } = await tune(inputOf(questions()), { ...options, report: end });
    expect(choice.recipe).toBe('naive-bayes');
    expect(found.explanation).toContain('2 recipes and settings were compared.');
  });

  it('goes on from what an earlier search had tried, and comes to the same', async () => {
    const engine = await sharedEngine();
    const options = { engine, seed: 1, budgetSeconds: 60, clock: () => 0 };
    const steps: SearchProgress<FittableRecipe>[] = [];
    const whole = await tune(inputOf(questions()), {
      ...options,
      report: async (progress) => void steps.push({ ...progress, attempts: [...progress.attempts] }),
    });
    const resume = steps.find(({ attempts }) => attempts.length === 4)!;
    const attempted: number[] = [];
    const rest = await tune(inputOf(questions()), {
      ...options,
      resume,
      report: async ({ attempts }) => void attempted.push(attempts.length),
    });
    expect(rest).toEqual(whole);
    expect(Math.min(...attempted)).toBe(4);
  });
});
