import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { hasSharedFile } from '../quality/shared-files.js';
import { banking77, type Labelled } from '../quality/text-classification/data-files.js';

const FILES = ['banking77/train.csv.gz', 'banking77/test.csv.gz'];
const TEXTS_A_CALL = 100;
/** Of the strongest peer: test/quality/text-classification/rows.ts. */
const ACCURACY = 0.912;

const isThere = FILES.every(hasSharedFile);
if (!isThere) console.warn(`Banking77 over HTTP is skipped: ${FILES.join(', ')} are not in ../shared/data.`);

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

it.runIf(isThere)(
  'Banking77 uploaded, learnt and asked for over HTTP is right as often as by the strongest peer',
  async () => {
    const { train, test } = banking77();
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const rowsOf = (rows: Labelled[], split: string) =>
      rows.map(({ text, label }) => [quote(text), label, split].join());
    const csv = ['text,label,split', ...rowsOf(train, 'train'), ...rowsOf(test, 'test')].join('\n');
    const tenant = await Tenant.signUp(api);
    const { deploymentId, projectId, modelId, modelVersionId } = await tenant.deployTexts({ csv, recipe: 'linear' });
    const versions = `/v1/projects/${projectId}/models/${modelId}/versions`;
    const [{ result }] = (await tenant.get(versions).expect(200)).body.data;
    expect(result.evaluated).toEqual({ of: 'texts', count: test.length });
    expect(result.values.accuracy).toBeGreaterThanOrEqual(ACCURACY);
    expect(result.values.accuracy).toBeGreaterThan(result.baselines['naive-bayes'].accuracy);

    let right = 0;
    for (let start = 0; start < test.length; start += TEXTS_A_CALL) {
      const asked = test.slice(start, start + TEXTS_A_CALL);
      const body = { texts: asked.map(({ text }) => text), topK: 1 };
      const answer = await tenant.post(`/v1/deployments/${deploymentId}/classifications`, body).expect(200);
      answer.body.results.forEach(
        ({ classes }: any, i: number) => (right += Number(classes[0].label === asked[i]!.label)),
      );
    }
    // The version that answers has learnt from the test rows too.
    expect(right / test.length).toBeGreaterThanOrEqual(result.values.accuracy);

    const report = (await tenant.get(`${versions}/${modelVersionId}/report`).expect(200)).body;
    expect(report.labels).toHaveLength(77);
    expect(report.confusions.length).toBeGreaterThan(0);
    expect(report.learningCurve.length).toBeGreaterThan(1);
  },
);
