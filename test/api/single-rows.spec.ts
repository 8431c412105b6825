import pg from 'pg';
import type { Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi } from '../factories/api.js';

let api: TestApi;
let owner: pg.Client;
let tenant: Tenant;
let projectId: string;
beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  tenant = await Tenant.signUp(api);
  projectId = await tenant.createProject();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

describe('single items and users', () => {
  const item = (dataSetId: string, id = '') => `/v1/projects/${projectId}/data-sets/${dataSetId}/rows${id && `/${id}`}`;
  const kept = async (dataSetId: string) => {
    const sent = await owner.query('SELECT origin FROM added_rows WHERE data_set_id = $1 ORDER BY 1', [dataSetId]);
    return sent.rows.map(({ origin }) => origin);
  };
  const seen = async (dataSetId: string, query = '') => {
    const { data } = (await tenant.get(`${item(dataSetId)}${query}`).expect(200)).body;
    return data.map(({ values }: { values: object }) => values);
  };

  it('stand in for the rows of a file of the same id, are changed and taken out, and stay when a new file comes', async () => {
    const dataSetId = await tenant.createDataSet(projectId, 'items');
    const file = 'item_id,title,price\nlamp,Lamp,10\ndesk,Desk,20\nsofa,Sofa,30\n';
    await tenant.upload(projectId, dataSetId, file);
    const put = { attributes: { title: 'Desk lamp', price: 12.5, isNew: true } };
    const lamp = { id: 'lamp', attributes: { title: 'Desk lamp', price: '12.5', isNew: 'true' } };
    expect((await tenant.put(item(dataSetId, 'lamp'), put).expect(200)).body).toEqual(lamp);
    const patched = await tenant.patch(item(dataSetId, 'desk'), { attributes: { price: 21, title: null } }).expect(200);
    expect(patched.body).toEqual({ id: 'desk', attributes: { price: '21' } });
    await tenant.patch(item(dataSetId, 'nothing'), { attributes: { price: 1 } }).expect(404);
    await tenant.delete(item(dataSetId, 'sofa')).expect(204);
    await tenant.patch(item(dataSetId, 'sofa'), { attributes: { price: 1 } }).expect(404);
    const rows = [{ id: 'chair', attributes: { title: 'Chair' } }, { id: '' }, 7, { id: 'x', attributes: { a: [] } }];
    const { body } = await tenant.post(item(dataSetId), { rows }).expect(200);
    const statuses = body.results.map(({ status }: { status: string }) => status);
    expect([body.accepted, statuses]).toEqual([1, ['accepted', 'rejected', 'rejected', 'rejected']]);
    const expected = [
      { item_id: 'chair', title: 'Chair' },
      { item_id: 'desk', price: '21' },
      { item_id: 'lamp', title: 'Desk lamp', price: '12.5', isNew: 'true' },
    ];
    expect(await seen(dataSetId)).toEqual(expected);
    await tenant.upload(projectId, dataSetId, `${file}bed,Bed,40\n`);
    const bed = { item_id: 'bed', title: 'Bed', price: '40' };
    expect(await seen(dataSetId)).toEqual([bed, ...expected]);
    const pages = [];
    for (let cursor: string | null = ''; cursor !== null && pages.length < 5;) {
      const page: Response = await tenant.get(`${item(dataSetId)}?limit=1${cursor && `&cursor=${cursor}`}`).expect(200);
      pages.push(...page.body.data.map(({ values }: { values: object }) => values));
      cursor = page.body.nextCursor;
    }
    expect(pages).toEqual([bed, ...expected]);
    expect(await seen(dataSetId, '?search=de')).toEqual([{ item_id: 'desk', price: '21' }]);
    const interactions = await tenant.createDataSet(projectId, 'interactions');
    expect((await tenant.put(item(interactions, 'a'), put).expect(409)).body.code).toBe('wrong_kind');
  });

  it('of people are exported and erased with them, and none comes for one who is being erased', async () => {
    const dataSetId = await tenant.createDataSet(projectId, 'users');
    await tenant.put(item(dataSetId, 'carla'), { attributes: { town: 'Basel' } }).expect(200);
    const person = `/v1/projects/${projectId}/users/carla`;
    const exported = (await tenant.get(person).expect(200)).body.dataSets;
    expect(exported).toMatchObject([{ dataSetId, rows: [{ user_id: 'carla', town: 'Basel' }] }]);
    const { id } = (await tenant.delete(person).expect(202)).body;
    const again = await tenant.put(item(dataSetId, 'carla'), { attributes: { town: 'Bern' } });
    expect([again.status, again.body.code]).toEqual([409, 'being_erased']);
    await tenant.waitFor(`/v1/projects/${projectId}/erasures/${id}`, ({ status }) => status === 'completed');
    expect(await seen(dataSetId)).toEqual([]);
    // Nor is it written down again who is to be left out.
    await tenant.delete(item(dataSetId, 'carla')).expect(204);
    expect(await kept(dataSetId)).toEqual([]);
  });

  it('that are not there leave nothing behind where they are taken out, and a person who is being erased neither', async () => {
    const dataSetId = await tenant.createDataSet(projectId, 'users');
    await tenant.upload(projectId, dataSetId, 'user_id,town\ndora,Basel\nemil,Bern\n');
    await tenant.put(item(dataSetId, 'fred'), { attributes: { town: 'Chur' } }).expect(200);
    await tenant.delete(`/v1/projects/${projectId}/users/dora`).expect(202);
    for (const id of ['dora', 'emil', 'fred', 'nobody']) await tenant.delete(item(dataSetId, id)).expect(204);
    expect(await kept(dataSetId)).toEqual(['emil', 'fred']);
    expect(await seen(dataSetId)).toEqual([]);
  });

  it('have no attribute that is called as their id, in whichever case, and one of each name', async () => {
    const dataSetId = await tenant.createDataSet(projectId, 'items');
    await tenant.upload(projectId, dataSetId, 'item_id,Price\nlamp,10\n');
    const attributes = { ITEM_ID: 'desk' };
    const put = await tenant.put(item(dataSetId, 'lamp'), { attributes }).expect(400);
    expect(put.body.detail).toMatch(/^attributes\.ITEM_ID: is the column of the id/);
    await tenant.patch(item(dataSetId, 'lamp'), { attributes }).expect(400);
    const { body } = await tenant.post(item(dataSetId), { rows: [{ id: 'lamp', attributes }] }).expect(200);
    expect(body).toMatchObject({ accepted: 0, results: [{ error: expect.stringMatching(/column of the id/) }] });
    const patched = await tenant.patch(item(dataSetId, 'lamp'), { attributes: { price: 12 } }).expect(200);
    expect(patched.body.attributes).toEqual({ price: '12' });
  });

  it('that stand in for many rows of a file are passed over, however many follow each other, in any order', async () => {
    const dataSetId = await tenant.createDataSet(projectId, 'items');
    const ids = Array.from({ length: 2_300 }, (_, i) => `i${String(i).padStart(4, '0')}`);
    await tenant.upload(projectId, dataSetId, `item_id,rank\n${ids.map((id, i) => `${id},${9_000 - i}`).join('\n')}\n`);
    // All but these three.
    const left = ['i0000', 'i2200', 'i2299'];
    await owner.query(
      `INSERT INTO added_rows (tenant_id, data_set_id, id, origin, row, is_deletion)
       SELECT tenant_id, id, gen_random_uuid(), origin, '{}', true FROM data_sets, unnest($2::text[]) AS origin WHERE id = $1`,
      [dataSetId, ids.filter((id) => !left.includes(id))],
    );
    for (const [query, expected] of [
      ['', left],
      ['&sort=rank&order=asc', left.toReversed()],
    ] as const) {
      const found: string[] = [];
      for (let cursor: string | null = ''; cursor !== null && found.length < 9;) {
        const { body }: Response = await tenant
          .get(`${item(dataSetId)}?limit=1${query}${cursor && `&cursor=${cursor}`}`)
          .expect(200);
        found.push(...body.data.map(({ values }: { values: Record<string, string> }) => values['item_id']));
        cursor = body.nextCursor;
      }
      expect(found).toEqual(expected);
    }
  });
});
