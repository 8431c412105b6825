import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { FileServer } from '../factories/file-server.js';

let api: TestApi;
let owner: pg.Client;
let files: FileServer;
let tenant: Tenant;
let projectId: string;
let dataSet: string;

beforeAll(async () => {
  [api, files] = [await startApi(), await FileServer.start()];
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  tenant = await Tenant.signUp(api);
  projectId = await tenant.createProject();
});
afterAll(async () => {
  await Promise.all([api.close(), owner.end()]);
  files.close();
});
beforeEach(async () => {
  dataSet = `/v1/projects/${projectId}/data-sets/${await tenant.createDataSet(projectId, 'interactions')}`;
  files.asked.length = 0;
});

const add = async (body: object) => (await tenant.post(`${dataSet}/url-sources`, body).expect(201)).body.id as string;
const show = async (id: string) =>
  (await tenant.get(`${dataSet}/url-sources`).expect(200)).body.data.find((each: { id: string }) => each.id === id);
const ranAfter = async (id: string, at: string | undefined) => {
  let source: any;
  await until(async () => (source = await show(id)).lastRun && source.lastRun.at !== at && !source.isRunning, Infinity);
  return source;
};
/** As if its time had come. */
async function runAgain(id: string) {
  const { lastRun } = await show(id);
  await owner.query('UPDATE url_sources SET next_attempt_at = now() WHERE id = $1', [id]);
  return ranAfter(id, lastRun.at);
}
/** As if its worker had: the lease is over, and what that worker still does of it is nobody's. */
const fallSilent = (id: string) =>
  owner.query(
    `UPDATE url_sources SET attempt = attempt + 1, lease_expires_at = now() - interval '1 second' WHERE id = $1`,
    [id],
  );
const imported = (id: string) => tenant.waitFor(`${dataSet}/imports/${id}`);
const importsOf = async () => (await tenant.get(`${dataSet}/imports`).expect(200)).body.data.length;

describe('an address', () => {
  it('has its file imported, again where it is another by its ETag, and not while it is the same', async () => {
    files.serve('customer,item_id\nu1,i1\n', '"one"');
    const url = `http://${files.host}/file.csv?token=geheim`;
    const id = await add({ url, interval: 'daily', query: { user_id: 'customer' }, authorization: 'Bearer abc' });
    const first = await ranAfter(id, undefined);
    expect(first).toMatchObject({ lastRun: { result: 'imported' }, failures: 0, pausedAt: null });
    expect(Date.parse(first.nextRunAt)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    expect(await imported(first.lastImportId)).toMatchObject({ status: 'succeeded', rowsAccepted: 1 });
    // What opens it is nobody's to see.
    expect(JSON.stringify(await show(id))).not.toMatch(/geheim|Bearer/);
    expect(files.asked[0]).toMatchObject({ url: '/file.csv?token=geheim', headers: { authorization: 'Bearer abc' } });

    const second = await runAgain(id);
    expect(second).toMatchObject({ lastRun: { result: 'unchanged' }, lastImportId: first.lastImportId });
    expect(files.asked.at(-1)!.headers['if-none-match']).toBe('"one"');
    files.serve('customer,item_id\nu1,i1\nu2,i2\n', '"two"');
    const third = await runAgain(id);
    expect(await imported(third.lastImportId)).toMatchObject({ status: 'succeeded', rowsAccepted: 2 });
    expect(await importsOf()).toBe(2);
    await tenant.delete(`${dataSet}/url-sources/${id}`).expect(204);
    expect((await tenant.get(`${dataSet}/url-sources`)).body.data).toEqual([]);
  });

  it('that is fetched once is fetched no more, unless somebody asks', async () => {
    files.serve('user_id,item_id\nu1,i1\n', '"one"');
    const id = await add({ url: `http://${files.host}/`, interval: 'once' });
    const done = await ranAfter(id, undefined);
    expect(done.nextRunAt).toBeNull();
    await imported(done.lastImportId);
    await tenant.post(`${dataSet}/url-sources/${id}/runs`).expect(202);
    expect((await ranAfter(id, done.lastRun.at)).lastRun.result).toBe('unchanged');
  });

  it('that fails says where and why, and after five times in a row is paused and told of by mail', async () => {
    files.answer = (_, response) => response.writeHead(403).end('no');
    const id = await add({ url: `http://${files.host}/secret/file.csv`, interval: 'hourly' });
    let source = await ranAfter(id, undefined);
    expect(source.lastRun).toMatchObject({
      result: 'failed',
      error: `The server at ${files.host} answered 403: it does not let us have the file. Check what the source shows it.`,
    });
    expect(Date.parse(source.nextRunAt)).toBeLessThan(Date.now() + 10 * 60_000);
    for (let failures = 2; failures <= 5; failures++) {
      expect(source.pausedAt).toBeNull();
      source = await runAgain(id);
      expect(source.failures).toBe(failures);
    }
    expect(source).toMatchObject({ pausedAt: expect.any(String), nextRunAt: null });
    const { rows } = await owner.query(`SELECT values FROM emails WHERE template = 'url_source_paused'`);
    expect(rows.map(({ values }) => values)).toMatchObject([
      { failures: 5, url: `http://${files.host}/secret/file.csv` },
    ]);
    // By hand it goes on, and begins to count anew.
    files.serve('user_id,item_id\nu1,i1\n', '"one"');
    await tenant.post(`${dataSet}/url-sources/${id}/runs`).expect(202);
    source = await ranAfter(id, source.lastRun.at);
    expect(source).toMatchObject({ pausedAt: null, failures: 0, lastRun: { result: 'imported', error: null } });
    await imported(source.lastImportId);
  });

  it('whose file is too large, breaks off or is none at all leaves the data set as it is', async () => {
    const errorOf = async (answer: FileServer['answer']) => {
      files.answer = answer;
      const id = await add({ url: `http://${files.host}/`, interval: 'once' });
      const { lastRun } = await ranAfter(id, undefined);
      await tenant.delete(`${dataSet}/url-sources/${id}`).expect(204);
      return lastRun.error;
    };
    expect(await errorOf((_, response) => response.writeHead(404).end())).toMatch(
      /answered 404: there is no such file/,
    );
    const short = errorOf((_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('user_id');
      setTimeout(() => response.destroy(), 50);
    });
    expect(await short).toMatch(/broke off/);
    expect(await errorOf((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end())).toMatch(
      /redirected to an address that is not https/,
    );
    const here = `http://${files.host}/`;
    expect(await errorOf((_, response) => response.writeHead(302, { location: here }).end())).toMatch(
      /more than 3 times/,
    );
    expect(await importsOf()).toBe(0);
  });

  it('whose import fails is had again though it is unchanged, and counts as failing', async () => {
    files.serve('nothing\n1\n', '"bad"');
    const id = await add({ url: `http://${files.host}/`, interval: 'daily' });
    const first = await ranAfter(id, undefined);
    expect((await imported(first.lastImportId)).status).toBe('failed');
    const second = await runAgain(id);
    expect(second).toMatchObject({ failures: 1, lastRun: { result: 'imported' } });
    await imported(second.lastImportId);
    await tenant.delete(`${dataSet}/url-sources/${id}`).expect(204);
  });

  it('in a store that speaks S3 is read by what the source shows, signed', async () => {
    files.answer = ({ headers, url }, response) => {
      if (!/Credential=KEY\//.test(headers.authorization ?? '')) response.writeHead(403).end();
      else if (!url!.startsWith('/shop/exports/a%20b.csv')) response.writeHead(404).end();
      else if (headers['if-none-match'] === '"s3"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"s3"' }).end('user_id,item_id\nu1,i1\n');
    };
    const s3 = { accessKeyId: 'KEY', secretAccessKey: 'SECRET', endpoint: `http://${files.host}` };
    const id = await add({ url: 's3://shop/exports/a%20b.csv', interval: 'daily', s3 });
    const first = await ranAfter(id, undefined);
    expect(first.lastRun).toMatchObject({ result: 'imported', error: null });
    expect(await imported(first.lastImportId)).toMatchObject({ status: 'succeeded', rowsAccepted: 1 });
    expect((await runAgain(id)).lastRun.result).toBe('unchanged');
    const open = await add({ url: 's3://shop/exports/a.csv', interval: 'once', s3: { endpoint: s3.endpoint } });
    expect((await ranAfter(open, undefined)).lastRun.error).toMatch(/answered 403/);
    const { rows } = await owner.query('SELECT sealed, address FROM url_sources WHERE id = $1', [id]);
    expect(String(rows[0].sealed)).not.toContain('SECRET');
  });

  it('whose worker falls silent in the middle is fetched by another, and imported once', async () => {
    let isSlow = true;
    files.answer = (_, response) => {
      response.writeHead(200, { etag: '"lost"' }).write('user_id,item_id\n');
      if (!isSlow) response.end('u1,i1\n');
    };
    const id = await add({ url: `http://${files.host}/`, interval: 'daily' });
    await until(() => files.asked.length === 1, Infinity);
    isSlow = false;
    // The first still waits for the rest of its file, and finds that the source is no longer its own.
    await fallSilent(id);
    const done = await ranAfter(id, undefined);
    expect(done.lastRun.result).toBe('imported');
    expect(await imported(done.lastImportId)).toMatchObject({ status: 'succeeded', rowsAccepted: 1 });
    expect(await importsOf()).toBe(1);
  });

  it('that fails by an error of ours again and again counts as failing, and is not fetched for ever', async () => {
    files.answer = (_, response) => void response.writeHead(200).write('user_id,item_id\n');
    const id = await add({ url: `http://${files.host}/`, interval: 'daily' });
    for (let times = 1; times <= 3; times++) {
      await until(() => files.asked.length === times, Infinity);
      await owner.query('UPDATE url_sources SET failures = 4 WHERE id = $1', [id]);
      await fallSilent(id);
    }
    const done = await ranAfter(id, undefined);
    expect(done).toMatchObject({
      failures: 5,
      pausedAt: expect.any(String),
      lastRun: { result: 'failed', error: expect.stringMatching(/^An error of ours kept the file .* 3 times/) },
    });
    await tenant.delete(`${dataSet}/url-sources/${id}`).expect(204);
  });

  it('is refused where it is at no public address, over http, or half of what it needs', async () => {
    const strict = await startApi({ KINDRED_URL_SOURCES_AT_PRIVATE_ADDRESSES: false });
    try {
      const there = Tenant.of(strict, tenant);
      const refusal = async (body: object) => {
        const { status, body: problem } = await there.post(`${dataSet}/url-sources`, { interval: 'once', ...body });
        return [status, problem.detail];
      };
      for (const url of ['https://127.0.0.1/a', 'https://localhost/a', 'https://[::1]/a', 'https://169.254.169.254/a'])
        expect(await refusal({ url }), url).toEqual([400, expect.stringMatching(/public address/)]);
      const s3 = { endpoint: 'https://10.0.0.1' };
      expect(await refusal({ url: 's3://b/k', s3 })).toEqual([400, expect.stringMatching(/s3.endpoint.*public/)]);
      expect(await refusal({ url: 'http://shop.example/a' })).toEqual([400, expect.stringMatching(/https:\/\/ or s3/)]);
      for (const url of [
        'ftp://shop.example/a',
        's3://bucket',
        's3://bucket/100%.csv',
        'https://u:p@shop.example/',
        'nothing',
      ])
        expect((await refusal({ url }))[0], url).toBe(400);
      expect((await refusal({ url: 's3://b/k', s3: { accessKeyId: 'A' } }))[0]).toBe(400);
      expect((await refusal({ url: 'https://shop.example/a', query: { text: 'x' } }))[0]).toBe(400);
    } finally {
      await strict.close();
    }
  });
});
