import { expect, it } from 'vitest';
import { z } from 'zod';
import type { TrainedVersion } from '../family.js';
import type { Task } from '../tasks/task.js';
import { checkVersion } from './check-version.js';

const task: Task = {
  summary: 'What a text is about',
  operations: {},
  metrics: { macroF1: { meaning: 'Mean F1 of the labels', better: 'higher' } },
  verdictBy: 'macroF1',
  baselines: ['majority'],
  report: z.object({ confusion: z.array(z.array(z.int())) }),
};

function versionOf(values: Record<string, number>, report: unknown = null): TrainedVersion {
  const baselines = { majority: { macroF1: 0.1 } };
  const result = { values, baselines, intervals: {}, evaluated: { of: 'texts', count: 9 } };
  return { recipe: 'naive-bayes', artifact: new Uint8Array(), result, report };
}

it('takes a version that keeps what its task promises', () => {
  expect(() => checkVersion(task, versionOf({ macroF1: 0.5 }))).not.toThrow();
  expect(() => checkVersion(task, versionOf({ macroF1: 0.5 }, { confusion: [[3]] }))).not.toThrow();
});

it('refuses, before it is stored, what every later reading would stumble over', () => {
  // JSON would make null of it, and the list of versions would answer 500.
  expect(() => checkVersion(task, versionOf({ macroF1: NaN }))).toThrow(/macroF1.*NaN/);
  expect(() => checkVersion(task, versionOf({}))).toThrow(/macroF1/);
  expect(() => checkVersion(task, versionOf({ macroF1: 1, clicks: 1 }))).toThrow(/clicks/);
  expect(() => checkVersion(task, versionOf({ macroF1: 1 }, { confusion: [['many']] }))).toThrow(/report/);
});
