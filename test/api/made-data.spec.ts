import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';

let api: TestApi;
let tenant: Tenant;
let projectId: string;
beforeAll(async () => {
  api = await startApi();
  tenant = await Tenant.signUp(api);
  projectId = await tenant.createProject();
});
afterAll(() => api.close());

const inProject = (path: string) => `/v1/projects/${projectId}/${path}`;
const addSample = (sample: string, name = sample, status = 200) =>
  tenant.put(inProject(`samples/${sample}`), { name }).expect(status);
const makeUp = async (dataSetId: string, body: object) => {
  const path = inProject(`data-sets/${dataSetId}`);
  const { importId } = (await tenant.post(`${path}/synthetic-imports`, body).expect(202)).body;
  return tenant.waitFor(`${path}/imports/${importId}`);
};
const metered = async () => (await tenant.get('/v1/usage?groupBy=meter').expect(200)).body.rows;

it('a sample is added once, whoever asks how often and by which name, is marked with its licence, and is nobody’s ingestion', async () => {
  const answers = await Promise.all(
    ['Sample questions', '示例问题', 'Again'].map((name) => addSample('bank-questions', name)),
  );
  const [id, ...others] = new Set(answers.map(({ body }) => body.id as string));
  expect(others).toEqual([]);
  const dataSet = await tenant.waitFor(inProject(`data-sets/${id}`), ({ currentImport }) => currentImport);
  expect(dataSet).toMatchObject({
    kind: 'labelled-texts',
    provenance: 'sample',
    sample: { key: 'bank-questions', license: 'CC BY 4.0, © PolyAI', source: expect.stringMatching(/^https:/) },
    currentImport: { provenance: 'sample', status: 'succeeded' },
  });
  expect(dataSet.currentImport.rowsAccepted).toBe(770);
  const imports = (await tenant.get(inProject(`data-sets/${id}/imports`)).expect(200)).body.data.length;
  expect((await addSample('bank-questions', 'Later')).body).toMatchObject({ id, name: dataSet.name });
  expect((await tenant.get(inProject(`data-sets/${id}/imports`)).expect(200)).body.data).toHaveLength(imports);
  expect(await metered()).toEqual([]);
  await addSample('no-such', 'X', 404);
  // With rows of one's own it is the sample no more, and the sample may be added again.
  await tenant.upload(projectId, id!, 'text,label\na,b\n');
  const { body: own } = await tenant.get(inProject(`data-sets/${id}`)).expect(200);
  expect(own).toMatchObject({ provenance: 'uploaded', sample: null });
  const { id: next } = (await addSample('bank-questions')).body;
  expect(next).not.toBe(id);
  // A file that brings nothing leaves it as it is; what is added to it is metered, and makes it no more real.
  const path = inProject(`data-sets/${next}`);
  await tenant.waitFor(path, ({ currentImport }) => currentImport);
  expect((await tenant.upload(projectId, next, 'nothing\n1\n')).status).toBe('failed');
  expect((await tenant.get(path)).body.sample).toMatchObject({ key: 'bank-questions' });
  expect(await tenant.upload(projectId, next, 'text,label\na,b\n', '?mode=append')).toMatchObject({ rowsHeld: 771 });
  expect((await tenant.get(path)).body).toMatchObject({ provenance: 'sample', sample: null });
  await until(async () => (await metered()).some(({ quantity }: { quantity: string }) => quantity === '2'));
});

it('synthetic rows are the same by the same seed, marked wherever they lead, and count as stored but not as ingested', async () => {
  const before = await metered();
  const ids = await Promise.all(['interactions', 'items'].map((kind) => tenant.createDataSet(projectId, kind)));
  const [interactions, items] = ids as [string, string];
  const body = { rows: 2_000, seed: 7, items: 60 };
  const first = await makeUp(interactions, body);
  expect(first).toMatchObject({ status: 'succeeded', provenance: 'synthetic', rowsAccepted: 2_000, rowsRejected: 0 });
  const again = await makeUp(interactions, body);
  expect(again.statistics).toEqual(first.statistics);
  expect((await makeUp(interactions, { ...body, seed: 8 })).statistics).not.toEqual(first.statistics);
  expect(await makeUp(items, { rows: 60, seed: 8, language: 'zh' })).toMatchObject({ rowsAccepted: 60 });
  expect(await metered()).toEqual(before);
  const listed = (await tenant.get(inProject('data-sets')).expect(200)).body.data;
  expect(listed.find(({ id }: { id: string }) => id === interactions)).toMatchObject({ provenance: 'synthetic' });
  // A model of real and made-up rows is as real as the least of them.
  const own = await tenant.createDataSet(projectId, 'interactions');
  await tenant.upload(projectId, own, 'user_id,item_id\nu1,item-1\nu1,item-2\nu2,item-1\nu2,item-2\n');
  for (const [sources, provenance] of [
    [{ interactions: own, items }, 'synthetic'],
    [{ interactions: own }, 'uploaded'],
  ] as const) {
    const model = { name: provenance, recipe: 'popularity', sources };
    const { id: modelId } = (await tenant.post(inProject('models'), model).expect(201)).body;
    await tenant.train(projectId, modelId);
    const versions = (await tenant.get(inProject(`models/${modelId}/versions`)).expect(200)).body.data;
    expect(versions.map((each: { provenance: string }) => each.provenance)).toEqual([provenance]);
    const models = (await tenant.get(inProject('models')).expect(200)).body.data;
    expect(models.find(({ id }: { id: string }) => id === modelId).latestVersion.provenance).toBe(provenance);
  }
});

it('synthetic rows of texts in either language and of users are all accepted; too many are refused', async () => {
  for (const [kind, language] of [
    ['labelled-texts', 'en'],
    ['labelled-texts', 'zh'],
    ['users', 'zh'],
  ] as const) {
    const id = await tenant.createDataSet(projectId, kind);
    const done = await makeUp(id, { rows: 300, language });
    expect(done).toMatchObject({ status: 'succeeded', rowsAccepted: 300, rowsRejected: 0 });
    if (kind === 'labelled-texts') expect(done.statistics).toMatchObject({ labels: 8 });
    const path = inProject(`data-sets/${id}/synthetic-imports`);
    for (const body of [{ rows: 0 }, { rows: 100_001 }, { rows: 1, seed: -1 }, { rows: 1, language: 'fr' }, {}])
      await tenant.post(path, body).expect(400);
  }
});
