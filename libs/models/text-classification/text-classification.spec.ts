import { describe, expect, it } from 'vitest';
import { sharedEngine } from '../engine.js';
import { TrainingInputError, type TrainerOptions } from '../family.js';
import { findRecipe, manifests } from '../manifests.js';
import { loadPredictor } from '../predictors.js';
import { describeClassificationConformance } from '../tasks/classification/conformance.js';
import { questions } from '../tasks/classification/questions.js';
import { classificationReportSchema, classifySchema, TEXT_CHARACTERS_MAX } from '../tasks/classification/task.js';
import { describeTrainerConformance, runToEnd } from '../training/conformance.js';
import { exampleOf } from './evaluation/report.js';
import { inputOf, type Row } from './input.js';
import { textClassificationManifest, type RecipeKey } from './manifest.js';
import { createTextClassificationTrainer } from './trainer.js';

/** Every recipe, with the least accuracy on questions that name their intent: one that is not here does not compile. */
const CONFORMANCE: Record<RecipeKey, { settings: object; accuracyFloor: number; looksAtTexts?: false }> = {
  auto: { settings: { budgetSeconds: 5 }, accuracyFloor: 1 },
  linear: { settings: {}, accuracyFloor: 1 },
  'naive-bayes': { settings: {}, accuracyFloor: 1 },
  majority: { settings: {}, accuracyFloor: 0.1, looksAtTexts: false },
};

const start = async (rows: Row[], options: Partial<TrainerOptions> = {}, unlabelled: string[] = []) =>
  createTextClassificationTrainer(inputOf(rows, unlabelled), {
    recipe: 'linear',
    settings: {},
    seed: 1,
    engine: await sharedEngine(),
    ...options,
  });

for (const [recipe, { settings, ...promised }] of Object.entries(CONFORMANCE)) {
  const name = `text-classification/${recipe}`;
  const startIt = (options: Partial<TrainerOptions> = {}) => start(questions(), { recipe, settings, ...options });
  describeTrainerConformance(name, startIt);
  describeClassificationConformance({
    name,
    train: async () => runToEnd(await startIt()),
    load: (artifact) => loadPredictor('text-classification', artifact),
    ...promised,
  });
}

async function train(rows: Row[], options: Partial<TrainerOptions> = {}, unlabelled: string[] = []) {
  const trained = await runToEnd(await start(rows, options, unlabelled));
  const predictor = await loadPredictor('text-classification', trained.artifact);
  const ask = async (text: string, request: object = {}) =>
    (await predictor.classifications(classifySchema.parse({ text, ...request }))).results[0]!;
  return { ...trained, report: classificationReportSchema.parse(trained.report), ask };
}

describe('what is held out', () => {
  it('is what the data set says, where it does', async () => {
    const rows = questions().map((row, i) => ({ ...row, isTest: i % 3 === 0 }));
    expect((await train(rows)).result.evaluated.count).toBe(80);
  });

  it('is the same text on one side only, so that nothing is measured that was learnt by heart', async () => {
    const repeated = questions()
      .slice(0, 120)
      .flatMap((row) => [row, row, row]);
    const { result } = await train(repeated);
    expect(result.evaluated.count % 3).toBe(0);
  });

  it('is refused where nothing would be left to learn from, or to measure on', async () => {
    const all = questions().map((row) => ({ ...row, isTest: true }));
    await expect(train(all)).rejects.toThrow(/nothing is left to learn from/);
    const lonely = ['a', 'b', 'c'].map((label) => ({ text: `text ${label}`, labels: [label] }));
    await expect(train(lonely)).rejects.toThrow(/Add texts of each label/);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is there as soon as a label has two texts (seed %i)', async (seed) => {
    const rows = ['a b', 'c d'].map((text) => ({ text, labels: ['x'] }));
    const { result, report } = await train([...rows, { text: 'e f', labels: ['y'] }], { seed });
    expect(result.evaluated.count).toBe(1);
    expect(report.labels.find(({ label }) => label === 'y')!.support).toBe(0);
  });
});

describe('texts with several labels', () => {
  const animals = ['cat', 'dog', 'horse'];
  const rows = Array.from({ length: 240 }, (_, i) => {
    const labels = animals.filter((_animal, bit) => ((i % 7) + 1) & (1 << bit));
    return { text: `the ${labels.join(' and the ')} of neighbour ${i}`, labels };
  });

  it('are given every label over its threshold, each of which is found for itself', async () => {
    const { result, report, ask } = await train(rows);
    expect(report.severalLabels).toBe(true);
    expect(result.values['accuracy']).toBeGreaterThan(0.95);
    expect(report.labels.every(({ threshold }) => threshold !== null)).toBe(true);
    expect((await ask('the cat and the dog of neighbour 7')).labels.toSorted()).toEqual(['cat', 'dog']);
    expect((await ask('the horse of neighbour 8')).labels).toEqual(['horse']);
  });

  it.each(['naive-bayes', 'auto'])('are told by %s as well as the fits to parts told them', async (recipe) => {
    const two = Array.from({ length: 300 }, (_, i) => {
      const labels = [`size${i % 2}`, `colour${i % 3}`];
      return { text: `order ${i} of ${labels.join(' ')}`, labels };
    });
    const settings = recipe === 'auto' ? { budgetSeconds: 5 } : {};
    const { result } = await train(two, { recipe, settings });
    expect(result.values['accuracy']).toBeGreaterThan(0.95);
    expect(result.baselines['naive-bayes']!['accuracy']).toBeGreaterThan(0.95);
  });
});

describe('the report', () => {
  it('names rows whose label is wrong', async () => {
    const rows = questions();
    const wrong = [3, 77, 201].map((i) => rows[i]!.text);
    const spoilt = rows.map((row) => (wrong.includes(row.text) ? { ...row, labels: ['password'] } : row));
    const { report } = await train(spoilt);
    const found = report.labelErrors.map(({ text }) => text);
    // One of them may be held out.
    expect(wrong.filter((text) => found.includes(text)).length).toBeGreaterThanOrEqual(2);
    expect(found.length).toBeLessThanOrEqual(4);
    expect(report.labelErrors.find(({ text }) => text === wrong[1])?.suggested ?? ['refund']).not.toEqual(['password']);
  });

  it('names fifty rows to label next: those it wavers on, some that are foreign to it, and some by chance', async () => {
    const unlabelled = [
      ...Array.from({ length: 100 }, (_, i) => `where is my order or my refund number ${i}`),
      ...Array.from({ length: 20 }, (_, i) => `zebras graze under ${i} purple mountains`),
    ];
    const { report } = await train(questions(), {}, unlabelled);
    const reasons = report.labelNext.map(({ reason }) => reason);
    expect(report.labelNext).toHaveLength(50);
    expect(new Set(report.labelNext.map(({ text }) => text)).size).toBe(50);
    expect(reasons.filter((reason) => reason === 'unsure')).toHaveLength(40);
    expect(reasons.filter((reason) => reason === 'out_of_scope')).toHaveLength(5);
    expect(reasons.filter((reason) => reason === 'random')).toHaveLength(5);
  });

  it('tells rows to label next whole, so that they can be uploaded with their labels, and examples cut between characters', async () => {
    const long = `zebras graze ${'🦓'.repeat(200)}`;
    const wrong = { text: `where is my order ${'a'.repeat(181)}📦`, labels: ['password'] };
    const { report } = await train([...questions(), wrong], {}, [long]);
    expect(report.labelNext.map(({ text }) => text)).toEqual([long]);
    for (const { text } of report.labelErrors) expect(text.isWellFormed()).toBe(true);
    expect(exampleOf(wrong.text)).toBe(wrong.text.slice(0, -2));
  });

  it('says by how much more texts would help', async () => {
    const { report } = await train(questions());
    expect(report.learningCurve.map(({ rows }) => rows)).toEqual([48, 96, 192]);
    expect(report.moreLabels).toBe('unknown');
  });

  it('of auto tells what was compared, and why it was chosen', async () => {
    const { report, recipe } = await train(questions(), { recipe: 'auto', settings: { budgetSeconds: 5 } });
    expect(report.search!.recipe).toBe(recipe);
    expect(report.search!.explanation).toMatch(/right of .* % of 192 texts with 6 labels/);
    expect(report.search!.leaderboard.map((trial) => trial.recipe).toSorted()).toEqual([
      'linear',
      'majority',
      'naive-bayes',
    ]);
  });

  it('of auto warns where nothing beats the most frequent label', async () => {
    const labels = ['yes', 'no', 'no'];
    const rows = Array.from({ length: 90 }, (_, i) => ({
      text: `same words ${'a'.repeat(i + 1)}`,
      labels: [labels[i % 3]!],
    }));
    const { report, recipe } = await train(rows, { recipe: 'auto', settings: { budgetSeconds: 5 } });
    expect(recipe).toBe('majority');
    expect(report.search!.warning).toMatch(/the texts do not tell the labels apart/);
  });
});

describe('an explanation', () => {
  const rows = Array.from({ length: 60 }, (_, i) => [
    { text: `great… 👍🏽 ❤️ 10½ 🇬🇧 ㄱㅏ day ${i}`, labels: ['good'] },
    { text: `bad! 👎🏿 👨‍👩‍👧 ㈱ day ${i}`, labels: ['bad'] },
  ]).flat();

  it('tells each place once, also of characters that become several words once they are normalised', async () => {
    const { ask } = await train(rows);
    for (const text of ['great… 👍🏽 ❤️ 10½ 🇬🇧 ㄱㅏ,day,day', 'bad! 👎🏿 👨‍👩‍👧 ㈱']) {
      const { explanation } = await ask(text, { explain: true });
      const inOrder = explanation!.toSorted((a, b) => a.start - b.start);
      expect(inOrder.length).toBeGreaterThan(3);
      inOrder.slice(1).forEach((piece, i) => expect(piece.start).toBeGreaterThanOrEqual(inOrder[i]!.end));
    }
  });

  it('of a long text that is traced to one place is that place', async () => {
    const { ask } = await train(rows);
    // Normalising joins ㄱㅏ, so that all of it is traced to the whole.
    const text = `ㄱㅏ${',day'.repeat(TEXT_CHARACTERS_MAX / 4 - 1)}`;
    const { explanation } = await ask(text, { explain: true });
    expect(explanation).toEqual([{ text, start: 0, end: text.length, weight: expect.any(Number) }]);
  });
});

describe('settings', () => {
  it('that leave nothing of a text, and such as no recipe has, are refused', async () => {
    await expect(train(questions(), { settings: { words: 0, characters: 0 } })).rejects.toThrow(/Raise "words"/);
    await expect(start(questions(), { settings: { cost: 0 } })).rejects.toThrow(/cost/);
    await expect(start(questions(), { recipe: 'magic' })).rejects.toThrow(TrainingInputError);
  });
});

describe.each(Object.entries(manifests['text-classification'].recipes))('%s', (recipe, { settings, memoryBytes }) => {
  it('conforms, has a default for every setting, and is expected to hold more the more there is to learn from', () => {
    expect(Object.keys(CONFORMANCE)).toContain(recipe);
    expect(findRecipe('text-classification', recipe)).toBeDefined();
    const sizes = (rows: number) => ({ texts: { rows, statistics: { labels: 10, characters: 50 * rows } } });
    const defaults = settings.parse({}) as Record<string, unknown>;
    expect(memoryBytes(defaults, sizes(1_000))).toBeGreaterThan(0);
    expect(memoryBytes(defaults, sizes(10_000))).toBeGreaterThan(memoryBytes(defaults, sizes(1_000)));
  });

  it('is expected to hold its texts, and what the baselines that it is measured next to hold', () => {
    const size = { texts: { rows: 100_000, statistics: { labels: 10, characters: 1e9 } } };
    const defaults = settings.parse({}) as Record<string, unknown>;
    const baseline = textClassificationManifest.recipes['naive-bayes'];
    const needed = memoryBytes(defaults, size);
    expect(needed).toBeGreaterThan(2e9);
    expect(needed).toBeGreaterThanOrEqual(
      baseline.memoryBytes(baseline.settings.parse({}) as Record<string, unknown>, size),
    );
  });
});
