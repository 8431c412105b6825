import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, Tenant, type TestApi, until, withKey } from '../factories/api.js';

let api: TestApi;
let tenant: Tenant;
let live: Awaited<ReturnType<Tenant['deployTexts']>>;
let program: ReturnType<typeof withKey>;
beforeAll(async () => {
  api = await startApi();
  tenant = await Tenant.signUp(api);
  live = await tenant.deployTexts();
  program = withKey(api, (await tenant.createKey(live.projectId)).key);
});
afterAll(() => api.close());

const route = () => `/v1/deployments/${live.deploymentId}/classifications`;
const classify = (body: object, status = 200) => program.post(route(), body).expect(status);

describe('classifications', () => {
  it('say of each text, in their order, what it is and how sure that is', async () => {
    const { body } = await classify({ texts: ['this show was lovely', 'my lamp was broken'], topK: 2 });
    expect(body).toMatchObject({ modelVersionId: live.modelVersionId, classificationId: expect.any(String) });
    expect(body.results.map(({ labels }: { labels: string[] }) => labels)).toEqual([['glad'], ['cross']]);
    for (const { classes, abstained } of body.results) {
      expect(abstained).toBe(false);
      expect(classes).toHaveLength(2);
      expect(classes[0].score).toBeGreaterThan(classes[1].score);
      expect(classes[0].score + classes[1].score).toBeCloseTo(1, 3);
    }
    expect((await classify({ text: 'a lovely show', topK: 1 })).body.results[0].classes).toHaveLength(1);
  });

  it('abstain below the score that is asked for, and say why', async () => {
    const { body } = await classify({ text: 'a lovely show', minScore: 1 });
    expect(body.results[0]).toMatchObject({ abstained: true, labels: [] });
    expect(['low_confidence', 'out_of_scope']).toContain(body.results[0].reason);
  });

  it('point at the pieces of the text that weighed most, by UTF-16 offsets, and at rows like it', async () => {
    const text = '👍🏽 ＬＯＶＥＬＹ film، رائع';
    const { body } = await classify({ text, explain: true, nearest: 3 });
    const [{ explanation, nearest }] = body.results;
    expect(explanation.length).toBeGreaterThan(0);
    for (const { text: piece, start, end } of explanation) expect(text.slice(start, end)).toBe(piece);
    expect(nearest).toHaveLength(3);
    expect(nearest[0].text).toMatch(/lovely|film/);
  });

  it.each([
    ['neither text nor texts', {}],
    ['both', { text: 'a', texts: ['b'] }],
    ['an empty text', { text: '' }],
    ['no text', { texts: [] }],
    ['101 texts', { texts: Array.from({ length: 101 }, () => 'a') }],
    ['a text of more than 10,000 characters', { text: 'a'.repeat(10_001) }],
    ['NUL', { text: 'a\0b' }],
    ['half of a surrogate pair', { text: 'a\ud800' }],
    ['a score above 1', { text: 'a', minScore: 2 }],
  ])('refuse %s', async (_, body) => {
    expect((await classify(body, 400)).body.code).toBe('invalid_request');
  });

  it('take 100 texts of 10,000 bytes, and tell that a larger body is too large', async () => {
    const long = 'lovely film '.repeat(830);
    expect((await classify({ texts: Array.from({ length: 100 }, () => long) })).body.results).toHaveLength(100);
    await classify({ text: 'a'.repeat(1024 ** 2) }, 413);
  });

  it('of many long texts let the calls of others come in between', async () => {
    const other = await Tenant.signUp(api);
    const theirs = await other.deploy();
    const path = `/v1/deployments/${theirs.deploymentId}/recommendations`;
    await other.post(path, { userId: 'user-1' }).expect(200);
    const texts = Array.from({ length: 100 }, () => 'lovely film '.repeat(830));
    const answered: string[] = [];
    const long = Array.from({ length: 4 }, () => classify({ texts, explain: true }).then(() => answered.push('long')));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const short = other
      .post(path, { userId: 'user-1' })
      .expect(200)
      .then(() => answered.push('short'));
    await Promise.all([...long, short]);
    expect(answered.indexOf('short')).toBeLessThan(answered.length - 1);
  });

  it('count a request and its texts once, and are the same bytes when asked again under the same key', async () => {
    const other = await Tenant.signUp(api);
    const { deploymentId, projectId } = await other.deployTexts();
    const key = uuidv7();
    const theirs = withKey(api, (await other.createKey(projectId)).key);
    const ask = () =>
      theirs
        .post(`/v1/deployments/${deploymentId}/classifications`, {
          texts: ['a lovely show', 'an awful show', 'a show'],
        })
        .set('idempotency-key', key)
        .expect(200);
    const first = await ask();
    expect((await ask()).text).toBe(first.text);
    expect(first.body.classificationId).toBe(key);
    const used = async () => {
      const { rows } = (await other.get('/v1/usage?groupBy=meter').expect(200)).body;
      return Object.fromEntries(
        rows.map(({ meter, quantity }: { meter: string; quantity: string }) => [meter, quantity]),
      );
    };
    await until(async () => 'classified_texts' in (await used()));
    expect(await used()).toMatchObject({ classification_requests: '1', classified_texts: '3', texts_ingested: '60' });
  });

  it('are not what a recommender answers, nor a recommendation what a classifier does', async () => {
    const recommender = await tenant.deploy();
    const { body } = await tenant
      .post(`/v1/deployments/${recommender.deploymentId}/classifications`, { text: 'a' })
      .expect(409);
    expect(body.code).toBe('wrong_task');
    await tenant.post(`/v1/deployments/${live.deploymentId}/recommendations`, { userId: 'u' }).expect(409);
  });
});

describe('feedback', () => {
  const feedback = (body: object, status = 200) =>
    program.post(`/v1/deployments/${live.deploymentId}/feedback`, body).expect(status);
  const addedRows = async () =>
    (await tenant.get(`/v1/projects/${live.projectId}/data-sets/${live.textsDataSetId}`).expect(200)).body.addedRows;

  it('keeps what a text really is, the last word counts, and the next version has learnt it', async () => {
    const text = 'this film was superb';
    const { classificationId } = (await classify({ texts: ['a show', text] })).body;
    const kept = await feedback({ classificationId, index: 1, labels: ['glad'] });
    expect(kept.body).toEqual({ dataSetId: live.textsDataSetId });
    await feedback({ classificationId, index: 1, labels: [' ironic ', 'ironic'] });
    expect(await addedRows()).toBe(1);
    for (const word of ['quite', 'rather', 'most', 'very']) {
      const { body } = await classify({ text: `${word} ironic, this film` });
      await feedback({ classificationId: body.classificationId, labels: ['ironic'] });
    }
    expect(await addedRows()).toBe(5);
    const { modelVersionIds } = await tenant.train(live.projectId, live.modelId);
    await tenant
      .patch(`/v1/projects/${live.projectId}/deployments/${live.deploymentId}`, { modelVersionId: modelVersionIds[0] })
      .expect(200);
    const ask = async () => (await classify({ text: 'ironic, really ironic', topK: 3 })).body;
    await until(async () => (await ask()).modelVersionId === modelVersionIds[0]);
    expect((await ask()).results[0].classes[0].label).toBe('ironic');
  });

  it('of a test key is checked and leaves no row, so that tests teach a live model nothing', async () => {
    const keys = `/v1/projects/${live.projectId}/api-keys`;
    const { key } = (await tenant.post(keys, { name: 'Test', mode: 'test' }).expect(201)).body;
    const test = withKey(api, key);
    const { classificationId } = (await test.post(route(), { text: 'only a test' }).expect(200)).body;
    const rows = await addedRows();
    const say = (body: object) =>
      test.post(`/v1/deployments/${live.deploymentId}/feedback`, { classificationId, ...body });
    expect((await say({ labels: ['glad'] }).expect(200)).body).toEqual({ dataSetId: live.textsDataSetId });
    await say({ labels: [] }).expect(400);
    await say({ labels: ['glad', 'cross'] }).expect(422);
    expect(await addedRows()).toBe(rows);
    // Nor may a live key take a lesson from it.
    expect((await feedback({ classificationId, labels: ['glad'] }, 404)).body.detail).toMatch(/test key/);
  });

  it('says what is wrong with it', async () => {
    const { classificationId } = (await classify({ text: 'a show' })).body;
    expect((await feedback({ classificationId, index: 1, labels: ['glad'] }, 400)).body.detail).toMatch(
      /1 texts.*not 1/,
    );
    expect((await feedback({ classificationId, labels: [] }, 400)).body.code).toBe('invalid_request');
    expect((await feedback({ classificationId, labels: ['a|b'] }, 400)).body.detail).toMatch(/must not hold \|/);
    expect((await feedback({ classificationId, labels: [' '] }, 400)).body.code).toBe('invalid_request');
    // Looks like a label that there is.
    for (const label of ['glad\u200b', '\u200bglad', 'gl\u202ead'])
      expect((await feedback({ classificationId, labels: [label] }, 400)).body.code).toBe('invalid_request');
    const old = { classificationId: '01890000-0000-7000-8000-000000000000', labels: ['glad'] };
    expect((await feedback(old, 404)).body.detail).toMatch(/no call/);
  });

  it('refuses at once what the model could not learn, and keeps no row of it', async () => {
    const { classificationId } = (await classify({ text: 'a show' })).body;
    const rows = await addedRows();
    const two = await feedback({ classificationId, labels: ['glad', 'cross'] }, 422);
    expect(two.body).toMatchObject({ code: 'not_learnable', detail: expect.stringMatching(/one label.*2 were said/) });
    expect(await addedRows()).toBe(rows);
    await feedback({ classificationId, labels: ['glad', ' glad '] });
  });

  it('takes several labels where the model learnt from texts with several', async () => {
    const csv = severalLabelsCsv();
    const { deploymentId } = await tenant.deployTexts({ csv });
    const calls = `/v1/deployments/${deploymentId}`;
    const { classificationId } = (await tenant.post(`${calls}/classifications`, { text: 'a show' }).expect(200)).body;
    await tenant.post(`${calls}/feedback`, { classificationId, labels: ['glad', 'cross'] }).expect(200);
  });

  it('of a sentiment says negative, neutral or positive, also where its data says stars', async () => {
    const other = await tenant.deployTexts({ csv: starsCsv(), settings: { labels: 'sentiment' } });
    const calls = `/v1/deployments/${other.deploymentId}`;
    const { body } = await tenant.post(`${calls}/classifications`, { text: 'an awful show' }).expect(200);
    const say = (label: string, status: number) =>
      tenant.post(`${calls}/feedback`, { classificationId: body.classificationId, labels: [label] }).expect(status);
    expect((await say('refund', 422)).body.detail).toMatch(/sentiment.*"refund" is none/);
    await say('Positive', 200);
    await tenant.train(other.projectId, other.modelId);
  });

  it('goes to the data set of the model that gave the answer, also after the deployment was moved to another', async () => {
    const before = await tenant.deployTexts();
    const { deploymentId, projectId } = before;
    const calls = `/v1/deployments/${deploymentId}`;
    const { classificationId } = (await tenant.post(`${calls}/classifications`, { text: 'a show' }).expect(200)).body;
    const after = await tenant.deployTexts({ projectId });
    const { modelVersionId } = after;
    await tenant.patch(`/v1/projects/${projectId}/deployments/${deploymentId}`, { modelVersionId }).expect(200);
    const say = (status: number) =>
      tenant.post(`${calls}/feedback`, { classificationId, labels: ['glad'] }).expect(status);
    expect((await say(200)).body).toEqual({ dataSetId: before.textsDataSetId });
    const version = `/v1/projects/${projectId}/models/${before.modelId}/versions/${before.modelVersionId}`;
    await tenant.delete(version).expect(204);
    expect((await say(404)).body.detail).toMatch(/was deleted.*Upload the row/);
  });

  it('reaches the calls of the own deployment alone', async () => {
    const { classificationId } = (await classify({ text: 'a show' })).body;
    const stranger = await Tenant.signUp(api);
    const theirs = await stranger.deployTexts();
    const body = { classificationId, labels: ['glad'] };
    await stranger.post(`/v1/deployments/${live.deploymentId}/feedback`, body).expect(404);
    await stranger.post(`/v1/deployments/${theirs.deploymentId}/feedback`, body).expect(404);
  });
});

/** Moods of which each tenth text has two. */
function severalLabelsCsv() {
  const rows = Array.from({ length: 60 }, (_, i) =>
    i % 10 === 0
      ? `lovely but broken ${i},glad|cross`
      : i % 2 === 0
        ? `a lovely film ${i},glad`
        : `a broken lamp ${i},cross`,
  );
  return `text,label\n${rows.join('\n')}\n`;
}

function starsCsv() {
  const rows = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? `a lovely film ${i},5` : `an awful lamp ${i},1`));
  return `text,label\n${rows.join('\n')}\n`;
}
