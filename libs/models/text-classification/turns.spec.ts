import { describe, expect, it } from 'vitest';
import { sharedEngine } from '../engine.js';
import { questions } from '../tasks/classification/questions.js';
import { allToChances, calibrate } from './calibration.js';
import { findLabelErrors } from './evaluation/label-errors.js';
import { chooseLabelNext } from './evaluation/label-next.js';
import { answersOf, intervalsOf } from './evaluation/metrics.js';
import { fitClassifier } from './fit.js';
import { inputOf } from './input.js';
import { targetsOf } from './labelled-texts.js';
import type { RecipeChoice } from './manifest.js';
import { chooseMinScore } from './min-score.js';
import { quantise } from './quantised-model.js';
import { leanOn } from './recipes/lean-on.js';
import { fitNaiveBayes } from './recipes/naive-bayes.js';
import { parseChoice } from './recipes/recipes.js';
import { chooseThresholds } from './thresholds.js';

const [TEXTS, CLASSES] = [4_000, 1_000];
const zeros = () => new Float32Array(TEXTS * CLASSES);
const targets = targetsOf(
  Array.from({ length: TEXTS }, (_, text) => [text % CLASSES]),
  CLASSES,
);
const calibration = {
  severalLabels: false,
  slopes: new Float32Array(CLASSES),
  offsets: new Float32Array(CLASSES),
};
const model = { features: TEXTS, classes: CLASSES, weights: zeros(), bias: new Float32Array(CLASSES) };
const manyColumns = {
  rows: 1,
  columns: TEXTS,
  offsets: new Uint32Array(2),
  indices: new Uint32Array(),
  values: new Float32Array(),
};
const names = Array.from({ length: CLASSES }, String);
const rows = Array.from({ length: TEXTS }, String);

const work: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
  temperature: (signal) => calibrate(zeros(), targets, false, signal),
  'curves of several labels': (signal) => calibrate(zeros(), targets, true, signal),
  chances: (signal) => allToChances(calibration, zeros(), signal),
  thresholds: (signal) => chooseThresholds(zeros(), targets, signal),
  'the least score': (signal) => chooseMinScore(zeros(), targets, signal),
  answers: (signal) => answersOf(zeros(), targets, null, signal),
  'intervals of metrics': async (signal) =>
    intervalsOf({ actual: targets, given: targets, firsts: rows.map(() => ({ score: 1, isRight: true })) }, 1, signal),
  'rows whose label is wrong': (signal) =>
    findLabelErrors({ data: { texts: rows, targets }, outOfFold: zeros() }, names, signal),
  'what to label next': (signal) => chooseLabelNext(classifier, texts, 1, signal),
  'naive Bayes': (signal) => fitNaiveBayes(manyColumns, targetsOf([[0]], CLASSES), signal),
  'leaning on naive Bayes': (signal) => leanOn(model, model, 0.1, signal),
  'weights in a byte each': (signal) => quantise(model, signal),
};

describe('a training that is aborted', () => {
  it.each(Object.entries(work))('ends within the work on %s', async (_, start) => {
    const reason = new Error('cancelled by the customer');
    const controller = new AbortController();
    const working = start(controller.signal);
    // The first turn is before any work.
    setImmediate(() => controller.abort(reason));
    await expect(working).rejects.toBe(reason);
  });
});

const texts = Array.from({ length: 500 }, (_, i) => `${i} long text `.repeat(500));
const choice = parseChoice('naive-bayes', {}) as RecipeChoice;
const { classifier } = await fitClassifier(choice, inputOf(questions()), {
  engine: await sharedEngine(),
  seed: 1,
  report: async () => undefined,
});
