import { readdirSync } from 'node:fs';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi, until, withKey } from '../factories/api.js';

let api: TestApi;
let tenant: Tenant;
let projectId: string;

beforeAll(async () => {
  api = await startApi({ KINDRED_UPLOAD_BYTES_MAX: 200_000 });
  tenant = await Tenant.signUp(api);
  projectId = await tenant.createProject();
});
afterAll(() => api.close());

const contentOf = (id: string) => `/v1/projects/${projectId}/data-sets/${id}/content`;

describe('an upload', () => {
  it('says which rows are wrong, by row and column, and takes the others', async () => {
    const id = await tenant.createDataSet(projectId, 'interactions');
    const csv =
      'user_id,item_id,rating,timestamp\nu1,i1,5,1363061522\n,i2,4,1363061522\nu3,i3,five,2020-01-01\nu4,i4\n';
    const done = await tenant.upload(projectId, id, csv);
    expect(done).toMatchObject({ status: 'succeeded', rowsAccepted: 1, rowsRejected: 3, failureReason: null });
    expect(done.errors).toEqual([
      { row: 3, column: 'user_id', message: 'user_id is empty' },
      { row: 4, column: 'rating', message: '"five" is not a finite number' },
      { row: 5, column: null, message: 'the row has fewer fields than the header, which has 4' },
    ]);
  });

  it('gives all rows that it rejected as a file, safe to be opened, while the data set is there, to those who may see people', async () => {
    const id = await tenant.createDataSet(projectId, 'interactions');
    const bad = Array.from({ length: 1_500 }, (_, i) => `u${i},i${i},=${i}+1`);
    const done = await tenant.upload(projectId, id, ['user_id,item_id,value', 'u,i,1', ...bad, 'short'].join('\n'));
    expect([done.rowsRejected, done.errors.length]).toEqual([1_501, 100]);
    const path = `/v1/projects/${projectId}/data-sets/${id}/imports/${done.id}/rejected-rows.csv`;
    const { text, headers } = await tenant.get(path).expect(200);
    expect(headers['content-type']).toMatch(/^text\/csv/);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(1_502);
    expect(lines.slice(0, 2)).toEqual(['line,column,value,reason', `3,value,'=0+1,"""=0+1"" is not a finite number"`]);
    expect(lines.at(-1)).toBe('1503,,,"the row has fewer fields than the header, which has 3"');
    const { key } = await tenant.createKey(projectId, ['project:read']);
    const byKey = await withKey(api, key).get(path);
    expect([byKey.status, byKey.body.code]).toEqual([403, 'not_permitted']);
    const failed = await tenant.upload(projectId, id, 'user_id,item_id\n,i\n');
    expect((await tenant.get(path.replace(done.id, failed.id))).text).toContain('2,user_id,,user_id is empty');
    await tenant.delete(`/v1/projects/${projectId}/data-sets/${id}`).expect(204);
    await tenant.get(path).expect(404);
  });

  it('may name headers of its own kind’s columns alone', async () => {
    const id = await tenant.createDataSet(projectId, 'items');
    const { body } = await tenant.put(`${contentOf(id)}?value=price`, 'item_id,price\ni,1\n').expect(400);
    expect(body.detail).toBe('A data set of kind items has no column value; it has item_id.');
    await tenant.put(`${contentOf(id)}?magic=price`, 'item_id,price\ni,1\n').expect(400);
  });

  it('that is wrong as a whole loses nothing of what was there', async () => {
    const id = await tenant.createDataSet(projectId, 'interactions');
    const good = await tenant.upload(projectId, id, 'user_id,item_id\nu1,i1\nu2,i2\n');
    for (const csv of ['a,b\n1,2\n', 'user_id,item_id\n', 'user_id,item_id\n,\n', '\u0000\u0000\u0000']) {
      const bad = await tenant.upload(projectId, id, csv);
      expect(bad.status, csv).toBe('failed');
      expect(bad.failureReason).toBeTruthy();
    }
    const { body } = await tenant.get(`/v1/projects/${projectId}/data-sets/${id}`).expect(200);
    expect(body.currentImport).toMatchObject({ id: good.id, rowsAccepted: 2 });
    expect(body.latestImport.status).toBe('failed');
  });

  it('may name its columns by a mapping, and speaks MovieLens without one', async () => {
    const id = await tenant.createDataSet(projectId, 'interactions');
    const mapped = await tenant.upload(projectId, id, 'customer;sku\nu1;i1\n', '?user_id=customer&item_id=sku');
    expect(mapped).toMatchObject({ status: 'succeeded', rowsAccepted: 1 });
    await tenant.put(`${contentOf(id)}?usr_id=customer`, 'customer,item_id\n').expect(400);
    const movieLens = await tenant.upload(projectId, id, 'userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n');
    expect(movieLens).toMatchObject({ status: 'succeeded', statistics: { users: 1, items: 1 } });
  });

  it('is read as the file before was, until something else is said', async () => {
    const id = await tenant.createDataSet(projectId, 'interactions');
    const csv = 'customer;sku;when\nu1;i1;03/04/2026\n';
    await tenant.upload(projectId, id, csv, '?user_id=customer&item_id=sku&timestamp=when&dates=day_first');
    const again = await tenant.upload(projectId, id, csv.replace('u1', 'u2'));
    expect(again).toMatchObject({ status: 'succeeded', statistics: { from: '2026-04-03T00:00:00.000Z' } });
    const monthFirst = await tenant.upload(projectId, id, csv, '?dates=month_first');
    expect(monthFirst).toMatchObject({ statistics: { from: '2026-03-04T00:00:00.000Z' } });
    const { body } = await tenant.get(`/v1/projects/${projectId}/data-sets/${id}`);
    expect(body.columnMapping).toEqual({ user_id: 'customer', item_id: 'sku', timestamp: 'when' });
  });

  it('can be undone: the rows of an earlier one are the data set’s again, and those of none that failed', async () => {
    const id = await tenant.createDataSet(projectId, 'interactions');
    const dataSet = `/v1/projects/${projectId}/data-sets/${id}`;
    const first = await tenant.upload(projectId, id, 'user_id,item_id\nu1,i1\n');
    const second = await tenant.upload(projectId, id, 'user_id,item_id\nu1,i1\nu2,i2\n');
    const failed = await tenant.upload(projectId, id, 'nothing\n1\n');
    const { body } = await tenant.put(`${dataSet}/current-import`, { importId: first.id }).expect(200);
    expect([body.currentImport.id, body.currentImport.rowsAccepted]).toEqual([first.id, 1]);
    const refused = await tenant.put(`${dataSet}/current-import`, { importId: failed.id }).expect(409);
    expect(refused.body.code).toBe('import_not_restorable');
    await tenant.put(`${dataSet}/current-import`, { importId: crypto.randomUUID() }).expect(404);
    const other = await tenant.createDataSet(projectId, 'interactions');
    await tenant
      .put(`/v1/projects/${projectId}/data-sets/${other}/current-import`, { importId: second.id })
      .expect(404);
    // The next file takes its place, as ever.
    const third = await tenant.upload(projectId, id, 'user_id,item_id\nu3,i3\n');
    expect((await tenant.get(dataSet)).body.currentImport.id).toBe(third.id);
  });

  it('is taken by its bytes, whatever it is called, but for a form', async () => {
    const id = await tenant.createDataSet(projectId, 'interactions');
    const put = (type: string, body: string) =>
      tenant.put(`/v1/projects/${projectId}/data-sets/${id}/content`, body).set('content-type', type);
    for (const type of ['application/json', 'application/vnd.ms-excel', 'text/plain; charset=utf-8']) {
      const { body } = await put(type, '[{"user_id":"u","item_id":"i"}]').expect(202);
      const done = await tenant.waitFor(`/v1/projects/${projectId}/data-sets/${id}/imports/${body.importId}`);
      expect(done).toMatchObject({ status: 'succeeded', rowsAccepted: 1 });
    }
    const refused = await put('multipart/form-data; boundary=x', '--x--').expect(415);
    expect(refused.body.detail).toMatch(/^Send the file itself .* not in a form\.$/);
  });

  it('makes one content and one artifact of the same rows, whatever they come in', async () => {
    const project = await tenant.createProject();
    const rows = Array.from({ length: 60 }, (_, i) => ({ user_id: `u${i % 7}`, item_id: `i${i % 5}`, value: i / 2 }));
    const csv = ['user_id;item_id;rating', ...rows.map((row) => Object.values(row).join(';'))].join('\r\n');
    const lines = rows.map((row) => JSON.stringify(row)).join('\n');
    const digests = [];
    for (const file of [csv, lines]) {
      const dataSetId = await tenant.createDataSet(project, 'interactions');
      const { contentSha256 } = await tenant.upload(project, dataSetId, file);
      const model = { name: 'Popular', recipe: 'popularity', sources: { interactions: dataSetId } };
      const { id } = (await tenant.post(`/v1/projects/${project}/models`, model).expect(201)).body;
      await tenant.train(project, id);
      const [version] = (await tenant.get(`/v1/projects/${project}/models/${id}/versions`).expect(200)).body.data;
      digests.push([contentSha256, version.artifactSha256]);
    }
    expect(digests[0]).toEqual(digests[1]);
  });

  it('adds its rows to those held with mode=append, and is metered for its own alone', async () => {
    const shop = await Tenant.signUp(api);
    const project = await shop.createProject();
    const id = await shop.createDataSet(project, 'interactions');
    const first = await shop.upload(project, id, 'user_id,item_id\nu1,i1\n', '?mode=append');
    expect(first).toMatchObject({ mode: 'append', rowsAccepted: 1, rowsHeld: 1 });
    const second = await shop.upload(project, id, 'user_id,item_id\nu1,i1\nu2,i2\n', '?mode=append');
    expect(second).toMatchObject({ rowsAccepted: 2, rowsHeld: 3, statistics: { users: 2 } });
    expect(second.contentSha256).toMatch(/^[0-9a-f]{64}$/);
    const dataSet = `/v1/projects/${project}/data-sets/${id}`;
    const rows = (await shop.get(`${dataSet}/rows`).expect(200)).body.data;
    expect(rows.map(({ values }: any) => values.user_id)).toEqual(['u1', 'u1', 'u2']);
    const metered = async () =>
      (await shop.get('/v1/usage?groupBy=meter').expect(200)).body.rows.find(
        ({ meter }: any) => meter === 'interactions_ingested',
      )?.quantity;
    await until(async () => (await metered()) === '3');
    // What is held counts against the plan, also where an earlier import of fewer rows of its own is restored.
    const { body: limits } = await shop.get('/v1/limits').expect(200);
    expect(JSON.stringify(limits)).toContain('interactions_held');
    await shop.put(`${dataSet}/current-import`, { importId: first.id }).expect(200);
    const third = await shop.upload(project, id, 'user_id,item_id\nu3,i3\n', '?mode=append');
    expect(third).toMatchObject({ rowsAccepted: 1, rowsHeld: 2 });
    const replaced = await shop.upload(project, id, 'user_id,item_id\nu4,i4\n');
    expect(replaced).toMatchObject({ mode: 'replace', rowsHeld: 1 });
    await shop.put(`${dataSet}/content?mode=merge`, 'user_id,item_id\n').expect(400);
  });

  it('loses no row where several are added at once', async () => {
    const id = await tenant.createDataSet(projectId, 'items');
    const sent = Array.from({ length: 6 }, (_, i) =>
      tenant.upload(projectId, id, `item_id,colour\nshared,colour-${i}\nown-${i},red\n`, '?mode=append'),
    );
    for (const done of await Promise.all(sent)) expect(done).toMatchObject({ status: 'succeeded', rowsAccepted: 2 });
    const { body } = await tenant.get(`/v1/projects/${projectId}/data-sets/${id}`).expect(200);
    expect(body.currentImport.rowsHeld).toBe(7);
  });

  it('reads a column that its mapping leaves out from no header', async () => {
    const id = await tenant.createDataSet(projectId, 'interactions');
    const csv = 'customer,item_id,rating,timestamp\nu1,i1,good,1\n';
    const done = await tenant.upload(projectId, id, csv, '?user_id=customer&value=');
    expect(done).toMatchObject({ status: 'succeeded', rowsAccepted: 1, rowsRejected: 0 });
  });

  it('is refused where it is empty of type, too large or of no data set', async () => {
    const id = await tenant.createDataSet(projectId, 'interactions');
    expect((await tenant.post(contentOf(id)).send({})).status).toBe(404);
    const nothing = await tenant.put(contentOf(id), '').unset('content-type');
    expect([nothing.status, nothing.body.code]).toEqual([415, 'upload_not_a_file']);
    const large = await tenant.put(contentOf(id), 'user_id,item_id\n' + 'u,i\n'.repeat(60_000));
    expect([large.status, large.body.code]).toEqual([413, 'upload_too_large']);
    const zipped = await tenant.put(contentOf(id), 'user_id,item_id\n').set('content-encoding', 'gzip');
    expect(zipped.status).toBe(415);
    await tenant.put(contentOf(crypto.randomUUID()), 'user_id,item_id\n').expect(404);
    const { body } = await tenant.get(`/v1/projects/${projectId}/data-sets/${id}`);
    expect(body).toMatchObject({ currentImport: null, latestImport: null });
  });

  it('that breaks off changes nothing', async () => {
    const id = await tenant.createDataSet(projectId, 'interactions');
    const { hostname, port } = new URL(api.url);
    const headers = { cookie: tenant.cookie, 'content-type': 'text/csv', 'content-length': 100_000 };
    const call = http.request({ hostname, port, path: contentOf(id), method: 'PUT', headers });
    call.on('error', () => {});
    call.write('user_id,item_id\nu1,i1\n');
    await new Promise((resolve) => setTimeout(resolve, 200));
    call.destroy();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { body } = await tenant.get(`/v1/projects/${projectId}/data-sets/${id}`).expect(200);
    expect(body.latestImport).toBeNull();
  });
});

it('refuses names with control characters, which the database could not store', async () => {
  for (const name of ['a\u0000b', 'a\nb', '', ' ', 'x'.repeat(121)]) {
    await tenant.post('/v1/projects', { name }).expect(400);
  }
  await tenant.post('/v1/projects', { name: 'Bücher & 🎬 电影' }).expect(201);
});

it('keeps no file of an import that has ended', async () => {
  const id = await tenant.createDataSet(projectId, 'interactions');
  for (const csv of ['user_id,item_id\nu,i\n', 'a,b\n']) await tenant.upload(projectId, id, csv);
  const { organization } = (await tenant.get('/v1/me')).body;
  const uploads = `${inject('dataDirectory')}/objects/${organization.id}/uploads`;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(readdirSync(uploads)).toEqual([]);
});
