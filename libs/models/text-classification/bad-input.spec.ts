import { describe, expect, it } from 'vitest';
import { sharedEngine } from '../engine.js';
import { TrainingInputError } from '../family.js';
import { LABELS_MAX } from '../kinds/labelled-texts.js';
import { loadPredictor } from '../predictors.js';
import { questions } from '../tasks/classification/questions.js';
import { classificationReportSchema, classifySchema, TEXT_CHARACTERS_MAX } from '../tasks/classification/task.js';
import { runToEnd } from '../training/conformance.js';
import { inputOf, type Row } from './input.js';
import { createTextClassificationTrainer } from './trainer.js';

async function train(rows: Row[], settings: object = {}) {
  const options = { recipe: 'linear', settings, seed: 1, engine: await sharedEngine() };
  const trained = await runToEnd(createTextClassificationTrainer(inputOf(rows), options));
  const predictor = await loadPredictor('text-classification', trained.artifact);
  const ask = async (text: string, request: object = {}) =>
    (await predictor.classifications(classifySchema.parse({ text, ...request }))).results[0]!;
  return { ...trained, report: classificationReportSchema.parse(trained.report), ask };
}

/** So many texts of each label, each with a word of the label's own. */
function rowsOf(labels: number, each: number): Row[] {
  return Array.from({ length: labels * each }, (_, i) => {
    const label = Math.floor(i / each);
    return { text: `topic${label} said in way ${i % each}`, labels: [`label ${label}`] };
  });
}

describe('labels', () => {
  it('are refused where there are none, or one', async () => {
    await expect(train([])).rejects.toThrow(TrainingInputError);
    await expect(train([])).rejects.toThrow(/No row has a label/);
    await expect(train(rowsOf(1, 20))).rejects.toThrow(/All 20 rows have the label "label 0".*at least 2 labels/);
  });

  it.each([1_001, 10_000])('of %i kinds are refused before any work', async (labels) => {
    await expect(train(rowsOf(labels, 2))).rejects.toThrow(TrainingInputError);
    await expect(train(rowsOf(labels, 2))).rejects.toThrow(/at most 1000/);
  });

  it('of two hundred kinds are learnt; at length (`npm run quality`), a thousand', { timeout: 120_000 }, async () => {
    const kinds = process.env['QUALITY_FULL'] ? LABELS_MAX : 200;
    const { result, ask } = await train(rowsOf(kinds, 3), { characters: 0 });
    expect(result.values['accuracy']).toBeGreaterThan(0.9);
    expect((await ask('topic117 said in way 2', { minScore: 0 })).labels).toEqual(['label 117']);
  });

  it('with one text stay on the side that is learnt from', async () => {
    const { report, ask } = await train([...questions(), { text: 'the weather in Paris', labels: ['weather'] }]);
    expect(report.labels.find(({ label }) => label === 'weather')).toMatchObject({ support: 0, recall: null });
    expect((await ask('the weather in Paris', { minScore: 0 })).classes[0]!.label).toBe('weather');
  });

  it('that contradict each other on the same text are learnt from both, and neither is certain', async () => {
    const contradiction = { text: 'where is it', labels: ['order'] };
    const rows = [...questions(), contradiction, { ...contradiction, labels: ['refund'] }];
    const { ask } = await train(rows);
    const { classes } = await ask('where is it', { topK: 2, minScore: 0 });
    expect(classes[0]!.score).toBeLessThan(0.9);
  });

  it('may be anything in Unicode', async () => {
    const names: Record<string, string> = {
      order: '订单 📦',
      refund: '__proto__',
      address: 'عنوان',
      password: 'constructor',
      invoice: 'ﬁ',
      delivery: 'fi',
    };
    const { ask } = await train(questions().map(({ text, labels }) => ({ text, labels: [names[labels[0]]!] })));
    expect((await ask('where is my order please')).labels).toEqual(['订单 📦']);
    expect((await ask('where is my refund please')).labels).toEqual(['__proto__']);
    expect((await ask('where is my invoice please')).labels).toEqual(['ﬁ']);
  });
});

describe('texts', () => {
  const scripts = {
    emoji: ['😀 👍🏽', '😡 👎🏿'],
    chinese: ['很好吃，下次再来', '太难吃了，不会再来'],
    mixed: ['app 很好用 love it', 'app 总是崩溃 hate it'],
    rightToLeft: ['شكرا خدمة ممتازة', 'خدمة سيئة جدا'],
    hebrew: ['שירות מצוין', 'שירות גרוע'],
    thai: ['อร่อยมาก', 'แย่มาก'],
  };
  const rows = Object.values(scripts).flatMap(([good, bad]) =>
    Array.from({ length: 12 }, (_, i) => [
      { text: `${good} ${i}`, labels: ['good'] },
      { text: `${bad} ${i}`, labels: ['bad'] },
    ]).flat(),
  );

  it('of any script are told apart, and explained by pieces of the text as it was given', async () => {
    const { ask, result } = await train(rows);
    expect(result.values['accuracy']).toBe(1);
    for (const [good, bad] of Object.values(scripts)) {
      for (const [text, label] of [
        [good!, 'good'],
        [bad!, 'bad'],
      ] as const) {
        const { labels, explanation } = await ask(text, { explain: true, minScore: 0 });
        expect(labels, text).toEqual([label]);
        expect(explanation!.length).toBeGreaterThan(0);
        for (const { start, end, text: piece } of explanation!) expect(text.slice(start, end)).toBe(piece);
      }
    }
  });

  it.each([
    ['spaces', '  \n\t '],
    ['control characters and NUL', '\0\u0001'],
    ['zero-width characters', '\u200b\u200d\ufeff'],
    ['half a character', '\ud83d'],
  ])('of nothing but %s are out of scope, not a guess', async (_name, text) => {
    const { ask } = await train(questions());
    const answer = await ask(text, { explain: true, nearest: 3 });
    expect(answer).toMatchObject({ labels: [], abstained: true, reason: 'out_of_scope', nearest: [] });
    expect(answer.classes).toHaveLength(5);
  });

  it('of the greatest length are learnt from, answered and explained', async () => {
    const long = (word: string) => `${word} `.repeat(TEXT_CHARACTERS_MAX).slice(0, TEXT_CHARACTERS_MAX);
    const { ask } = await train([
      ...questions(),
      ...Array.from({ length: 5 }, (_, i) => ({ text: long(`refund${i}`), labels: ['refund'] })),
      ...Array.from({ length: 5 }, (_, i) => ({ text: 'x'.repeat(TEXT_CHARACTERS_MAX - i), labels: ['order'] })),
    ]);
    const answer = await ask(long('refund'), { explain: true, nearest: 1, minScore: 0 });
    expect(answer.classes[0]!.label).toBe('refund');
    expect(answer.explanation!.length).toBeLessThanOrEqual(10);
    expect((await ask('好'.repeat(TEXT_CHARACTERS_MAX), { explain: true })).abstained).toBe(true);
  });

  it('of which none has a word are refused by no recipe: what they are all called is the answer', async () => {
    const empty = Array.from({ length: 40 }, (_, i) => ({ text: ' '.repeat(i + 1), labels: [i % 4 ? 'a' : 'b'] }));
    const { ask } = await train(empty);
    expect((await ask('anything')).classes[0]!.label).toBe('a');
  });
});
