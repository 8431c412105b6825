import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { BOUNDS } from '../../libs/platform/bounds.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { invite } from '../factories/members.js';

let api: TestApi;
let owner: pg.Client;
let tenant: Tenant;
let live: Awaited<ReturnType<Tenant['deployTexts']>>;
beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  tenant = await Tenant.signUp(api);
  live = await tenant.deployTexts();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

const dataSet = () => `/v1/projects/${live.projectId}/data-sets/${live.textsDataSetId}`;
const queue = (of = dataSet()) => `${of}/texts-to-label`;
const addTexts = (content: string, format = 'text', of = dataSet(), status = 200) =>
  tenant.put(`${queue(of)}?format=${format}`, content).expect(status);
const take = async (who = tenant, body: object = {}, of = dataSet()) =>
  (await who.post(`${queue(of)}/batches`, body).expect(200)).body;
const decide = (id: string, body: object, status = 200, who = tenant) =>
  who.put(`${queue()}/${id}`, body).expect(status);
const rowsAdded = async () => (await tenant.get(dataSet()).expect(200)).body.addedRows;
const textsOf = ({ texts }: { texts: { text: string }[] }) => texts.map(({ text }) => text);

describe('texts to label', () => {
  it('are handed out by what the deployed model is least sure of, each with what it takes it for', async () => {
    const texts = ['this film was lovely', 'this meal was awful', 'this show was great and boring', 'the weather'];
    expect((await addTexts(texts.join('\n'))).body).toEqual({ waiting: 4, labelled: 0, known: 0, importId: null });
    expect((await addTexts(`${texts.join('\n')}\n${texts[0]}`)).body).toMatchObject({ waiting: 0, known: 4 });
    const batch = await take();
    expect(batch.modelVersionId).toBe(live.modelVersionId);
    expect(new Set(textsOf(batch))).toEqual(new Set(texts));
    const margins = batch.texts.map(({ margin }: { margin: number }) => margin);
    expect(margins).toEqual(margins.toSorted((a: number, b: number) => a - b));
    expect(['this show was great and boring', 'the weather']).toContain(textsOf(batch)[0]);
    const sure = batch.texts.find(({ text }: { text: string }) => text === texts[0]);
    expect(sure.suggestions[0]).toMatchObject({ label: 'glad' });
    const { body } = await tenant.get(queue()).expect(200);
    expect(body).toMatchObject({ waiting: 4, others: 0, labelled: 0, skipped: 0, severalLabels: false });
    expect(body.labels).toEqual([
      { label: 'cross', rows: 30 },
      { label: 'glad', rows: 30 },
    ]);
  });

  it('are judged by a model so many a day; beyond that they are handed out without suggestions', async () => {
    const bound = async (texts: number) =>
      owner.query('UPDATE suggestion_days SET texts = $2 WHERE data_set_id = $1', [live.textsDataSetId, texts]);
    const late = ['this coat was lovely beyond it', 'this lamp was awful beyond it', 'this song was great beyond it'];
    await bound(BOUNDS.suggestionsOfDay.most - 1);
    await addTexts(late.join('\n'));
    const { texts } = await take(tenant, { limit: 50 });
    const judged = texts.filter(({ text, suggestions }: any) => late.includes(text) && suggestions.length > 0);
    expect(judged).toHaveLength(1);
    await owner.query(`UPDATE suggestion_days SET day = day - 1 WHERE data_set_id = $1`, [live.textsDataSetId]);
    const next = (await take(tenant, { limit: 50 })).texts.filter(({ suggestions }: any) => suggestions.length === 0);
    expect(next).toEqual([]);
    await owner.query('DELETE FROM texts_to_label WHERE text = ANY($1)', [late]);
  });

  it('become rows by their label, may be skipped, and either is taken back without a trace', async () => {
    const [first, second] = (await take()).texts;
    const before = await rowsAdded();
    expect((await decide(first.id, { status: 'labelled', labels: [' glad '] })).body).toMatchObject({
      status: 'labelled',
      labels: ['glad'],
    });
    await decide(first.id, { status: 'labelled', labels: ['cross'] });
    expect(await rowsAdded()).toBe(before + 1);
    const { rows } = await owner.query(`SELECT row FROM added_rows WHERE origin = $1`, [`text/${first.id}`]);
    expect(rows).toEqual([{ row: { text: first.text, label: 'cross' } }]);
    await decide(second.id, { status: 'skipped' });
    expect((await tenant.get(queue()).expect(200)).body).toMatchObject({ waiting: 2, labelled: 1, skipped: 1 });
    expect(textsOf(await take(tenant, { status: 'skipped' }))).toEqual([second.text]);
    await decide(first.id, { status: 'waiting' });
    await decide(second.id, { status: 'waiting' });
    expect(await rowsAdded()).toBe(before);
    expect((await tenant.get(queue()).expect(200)).body).toMatchObject({ waiting: 4, labelled: 0, skipped: 0 });
  });

  it('are handed to one at a time: others get none of them until the lease ends, and a reload gives the same', async () => {
    await addTexts(Array.from({ length: 120 }, (_, i) => `text number ${i}`).join('\n'));
    const colleague = await invite(tenant, 'developer');
    const [mine, theirs] = await Promise.all([take(), take(colleague)]);
    expect(mine.texts).toHaveLength(50);
    expect(theirs.texts).toHaveLength(50);
    const mineTexts = new Set(textsOf(mine));
    expect(textsOf(theirs).filter((text) => mineTexts.has(text))).toEqual([]);
    expect(new Set(textsOf(await take()))).toEqual(mineTexts);
    expect((await tenant.get(queue()).expect(200)).body.others).toBe(50);
    // What one has before them is theirs no more once the lease has ended.
    await owner.query(`UPDATE texts_to_label SET leased_until = now() WHERE data_set_id = $1`, [live.textsDataSetId]);
    const next = textsOf(await take(colleague));
    expect(next.some((text) => mineTexts.has(text))).toBe(true);
    await owner.query(`UPDATE texts_to_label SET leased_until = now(), status = 'skipped' WHERE data_set_id = $1`, [
      live.textsDataSetId,
    ]);
  });

  it('that are decided at the same time by two are as said last, and one row', async () => {
    const { texts } = await take(tenant, { status: 'skipped', limit: 1 });
    const before = await rowsAdded();
    await Promise.all(
      ['glad', 'cross', 'glad', 'cross'].map((label) => decide(texts[0].id, { status: 'labelled', labels: [label] })),
    );
    expect(await rowsAdded()).toBe(before + 1);
    await decide(texts[0].id, { status: 'skipped' });
  });

  it('take no label that the model could not learn', async () => {
    const { texts } = await take(tenant, { status: 'skipped', limit: 1 });
    const { body } = await decide(texts[0].id, { status: 'labelled', labels: ['glad', 'cross'] }, 422);
    expect(body).toMatchObject({ code: 'not_learnable', detail: expect.stringMatching(/one label, and 2 were said/) });
    await decide(texts[0].id, { status: 'labelled', labels: [] }, 400);
    await decide(texts[0].id, { status: 'skipped', labels: ['glad'] }, 400);
    await decide(texts[0].id, { status: 'labelled', labels: ['a|b'] }, 400);
    await decide('01890000-0000-7000-8000-000000000000', { status: 'skipped' }, 404);
  });

  it('are of data sets of labelled texts alone, and of whoever may write', async () => {
    const items = await tenant.createDataSet(live.projectId, 'items');
    const of = `/v1/projects/${live.projectId}/data-sets/${items}`;
    expect((await tenant.get(queue(of)).expect(409)).body.code).toBe('not_labelled_texts');
    await tenant.post(`${queue(of)}/batches`).expect(409);
    const viewer = await invite(tenant, 'viewer');
    await viewer.get(queue()).expect(200);
    await viewer.post(`${queue()}/batches`).expect(403);
    await viewer.get(`${dataSet()}/labelled-texts?format=doccano`).expect(403);
  });

  it('that wait are removed, and those that were labelled stay rows', async () => {
    const { texts } = await take(tenant, { status: 'skipped', limit: 1 });
    await decide(texts[0].id, { status: 'labelled', labels: ['glad'] });
    const before = await rowsAdded();
    await tenant.delete(queue()).expect(204);
    expect((await tenant.get(queue()).expect(200)).body).toMatchObject({ waiting: 0, skipped: 0, labelled: 1 });
    expect(await rowsAdded()).toBe(before);
  });
});

describe('files of other tools', () => {
  it('bring labelled texts as rows, which count as ingested, and the others to be labelled; wrong ones bring nothing', async () => {
    const before = await rowsAdded();
    const line = (text: string, ...label: string[]) => JSON.stringify({ text, label });
    const good = [line('a superb 电影 🎬\nindeed', 'glad'), line('who knows')].join('\n');
    const wrong = await addTexts(`${good}\n${line('two', 'glad', 'cross')}\n{`, 'doccano', dataSet(), 400);
    expect(wrong.body.errors).toEqual([{ path: 'line 4', message: expect.stringMatching(/^is not JSON/) }]);
    const several = await addTexts(`${good}\n${line('two', 'glad', 'cross')}`, 'doccano', dataSet(), 400);
    expect(several.body).toMatchObject({
      code: 'bad_label_file',
      errors: [{ path: 'line 3', message: 'has 2 labels, and every row of this data set has one' }],
    });
    expect(await rowsAdded()).toBe(before);
    expect((await tenant.get(queue()).expect(200)).body.waiting).toBe(0);
    expect((await addTexts(good, 'doccano')).body).toEqual({ waiting: 1, labelled: 1, known: 0, importId: null });
    // Again it adds nothing, and with another label it takes the place of the first.
    expect((await addTexts(good, 'doccano')).body).toEqual({ waiting: 0, labelled: 0, known: 2, importId: null });
    const other = await addTexts(line('a superb 电影 🎬\nindeed', 'cross'), 'doccano');
    expect(other.body).toMatchObject({ labelled: 1, known: 0 });
    expect(await rowsAdded()).toBe(before + 1);
    const ingested = async () =>
      (await tenant.get('/v1/usage?groupBy=meter&meter=texts_ingested').expect(200)).body.rows[0]?.quantity;
    await until(async () => (await ingested()) === '62');
  });

  it('make the first rows of an empty data set; what is labelled then is learnt by the next training, and comes out again', async () => {
    const id = await tenant.createDataSet(live.projectId, 'labelled-texts');
    const of = `/v1/projects/${live.projectId}/data-sets/${id}`;
    const tasks = ['warm', 'hot', 'sunny', 'cold', 'icy', 'snowy'].flatMap((word) =>
      ['today', 'here', '吗', 'again', 'now'].map((end) => ({ data: { text: `it is ${word} ${end}` } })),
    );
    const { body } = await addTexts(JSON.stringify(tasks), 'label-studio', of);
    expect(body).toMatchObject({ waiting: 30, labelled: 0, importId: expect.any(String) });
    // Of what comes before it is read nothing is lost: it does not take the place of the first.
    const second = await addTexts('{"text":"it is mild","label":["spring"]}', 'doccano', of);
    expect(second.body).toMatchObject({ labelled: 1, importId: null });
    await tenant.waitFor(`${of}/imports/${body.importId}`);
    const { texts, modelVersionId } = await take(tenant, {}, of);
    expect(modelVersionId).toBeNull();
    expect(texts).toHaveLength(30);
    for (const { id: textId, text } of texts) {
      const labels = [/warm|hot|sunny/.test(text) ? 'summer' : 'winter'];
      await tenant.put(`${queue(of)}/${textId}`, { status: 'labelled', labels }).expect(200);
    }
    const model = { name: 'Seasons', recipe: 'naive-bayes', sources: { texts: id } };
    const { id: modelId } = (await tenant.post(`/v1/projects/${live.projectId}/models`, model).expect(201)).body;
    const job = await tenant.train(live.projectId, modelId);
    await addTexts('it is sunny', 'text', of);
    const next = await take(tenant, {}, of);
    expect(next.modelVersionId).toBe(job.modelVersionIds[0]);
    expect(next.texts[0].suggestions[0].label).toBe('summer');
    const file = await tenant.get(`${of}/labelled-texts?format=doccano`).expect(200);
    const rows = file.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(32);
    expect(rows.filter(({ label }) => label[0] === 'summer')).toHaveLength(15);
    expect(rows.at(-1)).toMatchObject({ text: 'it is sunny', label: [] });
    const studio = (await tenant.get(`${of}/labelled-texts?format=label-studio`).expect(200)).body;
    expect(studio).toHaveLength(32);
    // What came out goes in elsewhere as it is.
    const copy = await tenant.createDataSet(live.projectId, 'labelled-texts');
    const copyOf = `/v1/projects/${live.projectId}/data-sets/${copy}`;
    expect((await addTexts(file.text, 'doccano', copyOf)).body).toMatchObject({ waiting: 1, labelled: 31 });
  });

  it('that are too large or not sent as a file are refused', async () => {
    await addTexts('a'.repeat(8 * 1024 ** 2 + 1), 'text', dataSet(), 413);
    await addTexts('a', 'csv', dataSet(), 400);
    await tenant
      .put(`${queue()}?format=text`, 'a=b')
      .set('content-type', 'application/x-www-form-urlencoded')
      .expect(415);
  });
});
