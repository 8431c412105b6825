import { beforeAll, describe, expect, it } from 'vitest';
import type { Predictor } from '../tasks.js';
import { FOREIGN_TEXT, INTENT_COUNT, questions } from './questions.js';
import { classification, classificationReportSchema, classificationsSchema, classifySchema } from './task.js';

/** What a family of classifiers shows of a model that it trained on {@link questions}. */
export interface ClassificationConformance {
  name: string;
  train: () => Promise<{ artifact: Uint8Array<ArrayBuffer>; result: Measured; report: unknown }>;
  load: (artifact: Uint8Array) => Promise<Predictor<'classification'>>;
  /** Least accuracy on what is held out; the most frequent label reaches a sixth. */
  accuracyFloor: number;
  /** False for a model that looks at no text, and so explains nothing and knows nothing foreign. */
  looksAtTexts?: boolean;
}

interface Measured {
  values: Record<string, number>;
  baselines: Record<string, Record<string, number>>;
  intervals: Record<string, [number, number]>;
  evaluated: { of: string; count: number };
}

/** What every model of this task promises, of whatever family; a family's spec calls this once for each of its recipes. */
export function describeClassificationConformance({
  name,
  train,
  load,
  accuracyFloor,
  looksAtTexts = true,
}: ClassificationConformance): void {
  describe(`${name} conforms to the task of classification`, () => {
    let trained: Awaited<ReturnType<typeof train>>;
    let predictor: Predictor<'classification'>;
    const ask = async (request: object, of = predictor) => {
      const answer = await of.classifications!(classifySchema.parse(request));
      return classificationsSchema.parse(answer).results;
    };
    beforeAll(async () => {
      trained = await train();
      predictor = await load(trained.artifact);
    });

    it('is measured by metrics of the task, with every baseline next to each and intervals around each', () => {
      const { values, baselines, intervals, evaluated } = trained.result;
      const names = Object.keys(classification.metrics);
      expect(Object.keys(values)).toEqual(names);
      expect(Object.keys(baselines)).toEqual(classification.baselines);
      for (const baseline of Object.values(baselines)) expect(Object.keys(baseline)).toEqual(names);
      for (const [metric, [low, high]] of Object.entries(intervals)) {
        expect(low).toBeLessThanOrEqual(high);
        if (metric !== 'calibrationError') expect(values[metric]).toBeGreaterThanOrEqual(low);
      }
      expect(evaluated).toEqual({ of: 'texts', count: questions().length / 5 });
    });

    it('reaches the quality floor on questions that name their intent', () => {
      expect(trained.result.baselines['majority']!['accuracy']).toBeCloseTo(1 / INTENT_COUNT, 1);
      expect(trained.result.values['accuracy']).toBeGreaterThanOrEqual(accuracyFloor);
    });

    it('tells a report of the form of the task, which agrees with the metrics', () => {
      const report = classificationReportSchema.parse(trained.report);
      expect(report.labels).toHaveLength(INTENT_COUNT);
      expect(report.labels.reduce((sum, { support }) => sum + support, 0)).toBe(trained.result.evaluated.count);
      expect(report.riskCoverage[0]).toMatchObject({ minScore: 0, coverage: 1 });
      expect(report.riskCoverage[0]!.accuracy).toBeCloseTo(trained.result.values['accuracy']!);
      expect(report.learningCurve.at(-1)!.accuracy).toBe(trained.result.values['accuracy']);
    });

    it('answers each text from the artifact alone, in their order, with falling scores of 0..1 that sum to 1', async () => {
      expect(predictor.byteLength).toBeGreaterThanOrEqual(trained.artifact.byteLength);
      const texts = questions()
        .filter((_, i) => i % 7 === 0)
        .map(({ text }) => text);
      const results = await ask({ texts, topK: 20, minScore: 0 });
      expect(results).toHaveLength(texts.length);
      for (const { classes } of results) {
        expect(new Set(classes.map(({ label }) => label)).size).toBe(INTENT_COUNT);
        classes.forEach(({ score }, place) => {
          if (place > 0) expect(score).toBeLessThanOrEqual(classes[place - 1]!.score);
        });
        expect(classes.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 3);
      }
      const together = await ask({ texts: texts.slice(0, 3), topK: 2, minScore: 0 });
      for (const [i, text] of texts.slice(0, 3).entries())
        expect(await ask({ text, topK: 2, minScore: 0 })).toEqual([together[i]]);
    });

    it('answers the same from a copy of the artifact at any address in memory', async () => {
      const shifted = Buffer.concat([Buffer.of(0), trained.artifact]).subarray(1);
      const request = { text: 'where is my refund please', explain: true, nearest: 3 };
      expect(await ask(request, await load(shifted))).toEqual(await ask(request));
    });

    it('gives no label where it abstains, says why, and abstains below the score that the call names', async () => {
      const [sure] = await ask({ text: 'where is my refund please', minScore: 0 });
      expect(sure).toMatchObject({ abstained: false, labels: [sure!.classes[0]!.label] });
      expect(sure).not.toHaveProperty('reason');
      const [unsure] = await ask({ text: 'where is my refund please', minScore: 1 });
      const isCertain = sure!.classes[0]!.score === 1;
      if (!isCertain) expect(unsure).toMatchObject({ abstained: true, labels: [], reason: 'low_confidence' });
      const [foreign] = await ask({ text: FOREIGN_TEXT });
      expect(foreign).toMatchObject({ abstained: true, labels: [] });
      if (looksAtTexts) expect(foreign!.reason).toBe('out_of_scope');
    });

    it('explains by pieces of the text as it was given, in UTF-16 code units, heaviest first', async () => {
      const text = '🙂 Where is my REFUND please';
      const [{ explanation } = { explanation: undefined }] = await ask({ text, explain: true });
      expect(explanation).toBeDefined();
      for (const piece of explanation!) expect(text.slice(piece.start, piece.end)).toBe(piece.text);
      const weights = explanation!.map(({ weight }) => Math.abs(weight));
      expect(weights).toEqual(weights.toSorted((a, b) => b - a));
      if (looksAtTexts) expect(explanation![0]!.text).toBe('REFUND');
      expect((await ask({ text }))[0]).not.toHaveProperty('explanation');
    });

    it('names the training rows most alike, the same words first', async () => {
      const { text, labels } = questions()[0]!;
      const [{ nearest } = { nearest: undefined }] = await ask({ text: text.toUpperCase(), nearest: 4 });
      expect(nearest).toHaveLength(4);
      expect(nearest![0]).toMatchObject({ text, labels });
      expect(nearest![0]!.similarity).toBeCloseTo(1);
      const similarities = nearest!.map(({ similarity }) => similarity);
      expect(similarities).toEqual(similarities.toSorted((a, b) => b - a));
      expect((await ask({ text }))[0]).not.toHaveProperty('nearest');
    });
  });
}
