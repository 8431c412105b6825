import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import http from 'node:http';
import pg from 'pg';
import request from 'supertest';
import * as tus from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { FileServer } from '../factories/file-server.js';

const MIB = 1024 ** 2;
/** Rows that are known by eye, of some bytes. */
const CSV = `customer,item_id\n${Array.from({ length: 20_000 }, (_, i) => `u${i % 100},i${i % 50}`).join('\n')}\n`;

let api: TestApi;
let owner: pg.Client;
let tenant: Tenant;
let projectId: string;
let dataSetId: string;
let uploads: string;
const others: TestApi[] = [];

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  tenant = await Tenant.signUp(api);
  projectId = await tenant.createProject();
  dataSetId = await tenant.createDataSet(projectId, 'interactions');
  uploads = `/v1/projects/${projectId}/data-sets/${dataSetId}/uploads`;
});
afterAll(() => Promise.all([api, ...others].map((each) => each.close()).concat(owner.end())));

const base64 = (text: string) => Buffer.from(text).toString('base64');
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');

function call(
  method: 'post' | 'head' | 'patch' | 'delete',
  path: string,
  headers: Record<string, string | number> = {},
) {
  const all = { cookie: tenant.cookie, 'tus-resumable': '1.0.0', ...headers };
  const one = request(api.url);
  return one[method](path).set(Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)])));
}

async function begin(bytes: number, metadata = ''): Promise<string> {
  const answer = await call('post', uploads, {
    'upload-length': bytes,
    ...(metadata && { 'upload-metadata': metadata }),
  });
  expect(answer.status, answer.text).toBe(201);
  return answer.headers['location']!;
}

function piece(path: string, offset: number, body: string, headers: Record<string, string> = {}) {
  const type = { 'content-type': 'application/offset+octet-stream' };
  return call('patch', path, { ...type, 'upload-offset': offset, ...headers }).send(body);
}

const offsetOf = async (path: string) => Number((await call('head', path).expect(200)).headers['upload-offset']);

describe('an upload in pieces', () => {
  it('by a client of tus becomes an import as in one call, read as its metadata says', async () => {
    const url = await new Promise<string>((resolve, reject) => {
      const upload: tus.Upload = new tus.Upload(Buffer.from(CSV), {
        endpoint: `${api.url}${uploads}`,
        headers: { cookie: tenant.cookie },
        chunkSize: 50_000,
        metadata: { filename: 'purchases.csv', user_id: 'customer' },
        retryDelays: null as never,
        onSuccess: () => resolve(upload.url!),
        onError: reject,
      });
      upload.start();
    });
    const { headers } = await call('head', new URL(url).pathname).expect(200);
    expect(headers).toMatchObject({ 'upload-offset': String(CSV.length), 'upload-length': String(CSV.length) });
    expect(headers['upload-metadata']).toContain(base64('purchases.csv'));
    const path = `/v1/projects/${projectId}/data-sets/${dataSetId}/imports/${headers['kindred-import']}`;
    expect(await tenant.waitFor(path)).toMatchObject({ status: 'succeeded', rowsAccepted: 20_000 });
    // It is an import's now.
    const refused = await call('delete', new URL(url).pathname).expect(409);
    expect(refused.body.code).toBe('upload_finished');
    expect((await piece(new URL(url).pathname, CSV.length, 'x')).status).toBe(413);
  });

  it('is told where it stands, is listed while it is open, and leaves nothing once it is given up', async () => {
    const path = await begin(100, `filename ${base64('a.csv')}`);
    const kept = await piece(path, 0, 'user_id,item_id\n').expect(204);
    expect(kept.headers['upload-offset']).toBe('16');
    expect(Date.parse(kept.headers['upload-expires']!)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    expect(kept.headers).not.toHaveProperty('access-control-allow-origin');
    const { body } = await tenant.get(uploads).expect(200);
    expect(body.data).toMatchObject([{ id: path.split('/').at(-1), fileName: 'a.csv', bytes: 100, receivedBytes: 16 }]);
    const { organization } = (await tenant.get('/v1/me')).body;
    const files = () =>
      readdirSync(`${inject('dataDirectory')}/objects/${organization.id}/uploads`).filter((name) =>
        name.startsWith(body.data[0].id),
      );
    expect(files()).toHaveLength(1);
    await call('delete', path).expect(204);
    expect(files()).toEqual([]);
    expect((await call('head', path)).status).toBe(404);
    expect((await tenant.get(uploads)).body.data).toEqual([]);
  });

  it('drops a piece whose checksum is another, and takes it again', async () => {
    const path = await begin(32);
    const checksum = (text: string) => ({ 'upload-checksum': `sha256 ${sha256(text)}` });
    const wrong = await piece(path, 0, 'user_id,item_id\n', checksum('user_id,item_ie\n'));
    expect([wrong.status, wrong.body.code]).toEqual([460, 'wrong_checksum']);
    expect(await offsetOf(path)).toBe(0);
    await piece(path, 0, 'user_id,item_id\n', checksum('user_id,item_id\n')).expect(204);
    const sha1 = createHash('sha1').update('u1,i1\n').digest('base64');
    await piece(path, 16, 'u1,i1\n', { 'upload-checksum': `sha1 ${sha1}` }).expect(204);
    expect(await offsetOf(path)).toBe(22);
    for (const unknown of ['md5 abcd', 'sha256', 'sha256 *'])
      expect((await piece(path, 22, 'u', { 'upload-checksum': unknown })).body.code, unknown).toBe('invalid_request');
    await call('delete', path).expect(204);
  });

  it('takes of two pieces for one place one, and none that is for another place or too long', async () => {
    const path = await begin(1_000);
    const both = await Promise.all([piece(path, 0, 'a'.repeat(10)), piece(path, 0, 'b'.repeat(10))]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    expect(both.find(({ status }) => status === 409)!.body).toMatchObject({
      code: 'upload_offset_conflict',
      detail: expect.stringContaining('holds 10 bytes'),
    });
    expect((await piece(path, 500, 'c')).body.code).toBe('upload_offset_conflict');
    const long = await piece(path, 10, 'd'.repeat(991));
    expect([long.status, long.body.code]).toEqual([413, 'upload_beyond_length']);
    expect(await offsetOf(path)).toBe(10);
    await call('delete', path).expect(204);
  });

  it('keeps what came of a piece before its line broke', async () => {
    const path = await begin(10 * MIB);
    const { hostname, port } = new URL(api.url);
    const headers = {
      cookie: tenant.cookie,
      'tus-resumable': '1.0.0',
      'upload-offset': 0,
      'content-type': 'application/offset+octet-stream',
      'content-length': 2 * MIB,
    };
    const broken = http.request({ hostname, port, path, method: 'PATCH', headers });
    broken.on('error', () => {});
    broken.write(Buffer.alloc(MIB / 4, 'a'));
    const { organization } = (await tenant.get('/v1/me')).body;
    const folder = `${inject('dataDirectory')}/objects/${organization.id}/uploads`;
    // Until the server has taken it.
    await until(() => {
      const names = existsSync(folder) ? readdirSync(folder) : [];
      const draft = names.find((name) => name.startsWith(path.split('/').at(-1)!));
      return draft !== undefined && statSync(`${folder}/${draft}`).size >= MIB / 4;
    }, Infinity);
    broken.destroy();
    await until(async () => (await offsetOf(path)) === MIB / 4, Infinity);
    await call('delete', path).expect(204);
  });

  it('goes on at any API process, with its pieces in a store that speaks S3', async () => {
    const store = await FileServer.start();
    const objects = new Map<string, number>();
    store.answer = ({ method, url, headers }, response) => {
      const key = url!.split('?', 1)[0]!;
      if (method === 'PUT')
        objects.set(key, Number(headers['x-amz-decoded-content-length'] ?? headers['content-length']));
      if (method === 'DELETE') objects.delete(key);
      response.writeHead(method === 'DELETE' ? 204 : 200, { etag: '"x"' }).end();
    };
    const processes = [1, 2].map(() => startApi({ S3_URL: `s3+http://key:secret@${store.host}/bucket` }));
    const [one, other] = await Promise.all(processes);
    // A process that closes stops what others here share with it.
    others.push(one!, other!);
    try {
      const path = await begin(22);
      const send = (to: TestApi, offset: number, body: string) =>
        request(to.url)
          .patch(path)
          .set({ cookie: tenant.cookie, 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' })
          .set('upload-offset', String(offset))
          .send(body);
      await send(one!, 0, 'user_id,item_id\n').expect(204);
      const last = await send(other!, 16, 'u1,i1\n').expect(204);
      expect([...objects.values()]).toEqual([16, 6]);
      const importId = last.headers['kindred-import'];
      const { rows } = await owner.query('SELECT upload_bytes::int AS bytes FROM imports WHERE id = $1', [importId]);
      expect(rows).toEqual([{ bytes: 22 }]);
    } finally {
      store.close();
    }
  });

  it('is refused in words where it is none of tus, of nobody, too large, or says what no file has', async () => {
    const codeOf = async (headers: Record<string, string | number>) => {
      const { status, body } = await call('post', uploads, headers);
      return [status, body.code, body.detail];
    };
    const plain = await request(api.url).post(uploads).set('cookie', tenant.cookie).set('upload-length', '5');
    expect([plain.status, plain.body.code, plain.headers['tus-version']]).toEqual([412, 'upload_protocol', '1.0.0']);
    expect((await codeOf({})).slice(0, 2)).toEqual([400, 'upload_protocol']);
    expect(await codeOf({ 'upload-length': 'ten' })).toEqual([
      400,
      'upload_protocol',
      expect.stringContaining('upload-length'),
    ]);
    expect((await codeOf({ 'upload-length': 0 })).slice(0, 2)).toEqual([400, 'upload_protocol']);
    expect((await codeOf({ 'upload-length': 50_000_001 })).slice(0, 2)).toEqual([413, 'upload_too_large']);
    const strange = await codeOf({ 'upload-length': 5, 'upload-metadata': `usr_id ${base64('customer')}` });
    expect(strange).toEqual([400, 'invalid_request', expect.stringContaining('usr_id')]);
    const ofOthers = await codeOf({ 'upload-length': 5, 'upload-metadata': `text ${base64('review')}` });
    expect(ofOthers).toEqual([400, 'invalid_request', expect.stringContaining('has no column text')]);
    expect((await codeOf({ 'upload-length': 5, 'upload-metadata': `filename ${base64('a\0b')}` }))[0]).toBe(400);
    // From a page of another site, by a key that may not write, and without any of both.
    expect((await call('post', uploads, { 'upload-length': 5, origin: 'https://evil.example' })).status).toBe(403);
    const { key } = await tenant.createKey(projectId, ['project:read']);
    const reads = { authorization: `Bearer ${key}`, cookie: '', 'upload-length': 5 };
    expect((await call('post', uploads, reads)).status).toBe(403);
    expect((await call('post', uploads, { cookie: '', 'upload-length': 5 })).status).toBe(401);
    const asked = await request(api.url).options(uploads).expect(204);
    expect(asked.headers).toMatchObject({
      'tus-extension': 'creation,termination,expiration,checksum',
      'tus-max-size': '50000000',
    });
  });

  it('counts against what the plan stores from its beginning, and few are open at a time', async () => {
    const other = await Tenant.signUp(api);
    const project = await other.createProject();
    const path = `/v1/projects/${project}/data-sets/${await other.createDataSet(project, 'interactions')}/uploads`;
    const start = (bytes: number) => call('post', path, { cookie: other.cookie, 'upload-length': bytes });
    const first = (await start(10).expect(201)).headers['location']!.split('/').at(-1);
    for (let i = 1; i < 20; i++) await start(10).expect(201);
    const { id } = (await other.get('/v1/me')).body.organization;
    const one = await start(10);
    expect([one.status, one.body.code]).toEqual([409, 'too_many_open_uploads']);
    // One that is on its way leaves no room for what would go beyond the plan beside it.
    await owner.query('DELETE FROM uploads WHERE tenant_id = $1 AND id <> $2', [id, first]);
    await owner.query('UPDATE uploads SET bytes = 4999999990 WHERE id = $1', [first]);
    expect((await start(11)).body.code).toBe('quota_exceeded');
    await start(10).expect(201);
  });

  it('whose import is cancelled or given up leaves no piece behind', async () => {
    const { organization } = (await tenant.get('/v1/me')).body;
    const folder = `${inject('dataDirectory')}/objects/${organization.id}/uploads`;
    // As if another file of theirs were being read, after which these wait.
    const { rows } = await owner.query(
      `INSERT INTO imports (tenant_id, id, data_set_id, status, upload_key, upload_bytes, attempt, lease_expires_at, started_at)
       SELECT tenant_id, gen_random_uuid(), id, 'running', 'none', 1, 1, now() + interval '1 hour', now()
       FROM data_sets WHERE id = $1 RETURNING id`,
      [dataSetId],
    );
    for (const end of ['cancelled', 'failed']) {
      const path = await begin(22);
      await piece(path, 0, 'user_id,item_id\n').expect(204);
      const last = await piece(path, 16, 'u1,i1\n').expect(204);
      const id = last.headers['kindred-import'];
      const pieces = () => readdirSync(folder).filter((name) => name.startsWith(path.split('/').at(-1)!));
      expect(pieces()).toHaveLength(2);
      const at = `/v1/projects/${projectId}/data-sets/${dataSetId}/imports/${id}`;
      if (end === 'cancelled') await tenant.post(`${at}/cancel`).expect(200);
      else
        await owner.query(
          `UPDATE imports SET status = 'running', attempt = 3, losses = 2, started_at = now(), lease_expires_at = now() - interval '1 second'
           WHERE id = $1`,
          [id],
        );
      expect(await tenant.waitFor(at)).toMatchObject({ status: end });
      await until(() => pieces().length === 0);
    }
    await owner.query('DELETE FROM imports WHERE id = $1', [rows[0].id]);
  });

  it('that began before somebody was to be erased does not bring them back, however late it ends', async () => {
    const project = await tenant.createProject();
    const id = await tenant.createDataSet(project, 'interactions');
    const at = `/v1/projects/${project}`;
    const first = await tenant.upload(project, id, 'user_id,item_id,value\ndora,i1,1\ndora,i2,x\nemil,i1,y\n');
    const csv = 'user_id,item_id,value\ndora,i1,1\nemil,i2,1\n';
    const begun = await call('post', `${at}/data-sets/${id}/uploads`, { 'upload-length': csv.length }).expect(201);
    const path = begun.headers['location']!;
    await piece(path, 0, csv.slice(0, 30)).expect(204);
    const { body: erasure } = await tenant.delete(`${at}/users/dora`).expect(202);
    const pass = async () => {
      const row = 'FROM erasures WHERE user_id = $1 OR user_id IS NULL AND id = $2';
      const values = ['dora', erasure.id.replace(/^.*_/, '')];
      const { rows } = await owner.query(`SELECT attempt ${row}`, values);
      await owner.query(`UPDATE erasures SET next_attempt_at = now() WHERE id = $1`, [values[1]]);
      await until(async () => {
        const now = (await owner.query(`SELECT attempt, lease_expires_at, completed_at ${row}`, values)).rows[0];
        return now.completed_at !== null || (now.attempt > rows[0].attempt && now.lease_expires_at === null);
      });
      return (await tenant.get(`${at}/erasures/${erasure.id}`).expect(200)).body.status;
    };
    expect(await pass()).toBe('pending');
    // Nor is it waited for without end.
    const { expiresAt } = (await tenant.get(`${at}/data-sets/${id}/uploads`).expect(200)).body.data[0];
    expect(Date.parse(expiresAt) - Date.parse(erasure.createdAt)).toBeLessThanOrEqual(3_600_000);
    // Nor is anything of theirs shown meanwhile.
    const { text } = await tenant.get(`${at}/data-sets/${id}/imports/${first.id}/rejected-rows.csv`).expect(200);
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => line.split(',')[0]),
    ).toEqual(['line', '4']);
    const last = await piece(path, 30, csv.slice(30)).expect(204);
    const done = await tenant.waitFor(`${at}/data-sets/${id}/imports/${last.headers['kindred-import']}`);
    expect(done).toMatchObject({ status: 'succeeded', rowsHeld: 1 });
    for (let i = 0; i < 5 && (await pass()) === 'pending'; i++);
    expect(await pass()).toBe('completed');
    expect((await tenant.get(`${at}/users/dora`).expect(200)).body.dataSets).toEqual([]);
  });

  it('that was not finished in time is gone', async () => {
    const path = await begin(10);
    await owner.query(`UPDATE uploads SET expires_at = now() - interval '1 second' WHERE id = $1`, [
      path.split('/').at(-1),
    ]);
    const { status, body } = await piece(path, 0, 'user');
    expect([status, body.code]).toEqual([410, 'upload_expired']);
  });

  it('goes on where an API process was killed in the middle of a piece, and sends at most that piece again', async () => {
    const process_ = await ApiProcess.start();
    const there = await Tenant.signUp({ url: process_.url } as TestApi);
    const project = await there.createProject();
    const dataSet = `/v1/projects/${project}/data-sets/${await there.createDataSet(project, 'interactions')}`;
    const [chunkSize, chunks] = [2 * MIB, 3];
    const row = `user-${'0'.repeat(200)},item-${'1'.repeat(200)}\n`;
    const rows = Math.floor((chunkSize * chunks - 16) / row.length);
    const file = Buffer.from(`user_id,item_id\n${row.repeat(rows)}`);
    let sent = 0;
    let isKilled = false;
    try {
      const url = await new Promise<string>((resolve, reject) => {
        const upload: tus.Upload = new tus.Upload(file, {
          endpoint: `${process_.url}${dataSet}/uploads`,
          headers: { cookie: there.cookie },
          chunkSize,
          retryDelays: Array.from({ length: 600 }, () => 500),
          onBeforeRequest: (one) => void (one.getMethod() === 'PATCH' && sent++),
          onProgress: (bytes) => {
            // Within the second piece, of which the server has taken some by its pace.
            if (isKilled || bytes < chunkSize + 1) return;
            isKilled = true;
            setTimeout(
              () =>
                void process_
                  .stop('SIGKILL')
                  .then(() => process_.start())
                  .catch(reject),
              100,
            );
          },
          onSuccess: () => resolve(upload.url!),
          onError: reject,
        });
        upload.start();
      });
      expect(isKilled).toBe(true);
      expect(sent).toBeLessThanOrEqual(chunks + 1);
      const { headers } = await request(process_.url)
        .head(new URL(url).pathname)
        .set({ cookie: there.cookie, 'tus-resumable': '1.0.0' })
        .expect(200);
      const done = await there.waitFor(`${dataSet}/imports/${headers['kindred-import']}`);
      expect(done).toMatchObject({ status: 'succeeded', rowsAccepted: rows });
    } finally {
      await process_.stop('SIGKILL');
    }
  });
});

describe('a file in one call', () => {
  it('with a digest is taken where the bytes are those, and refused where they are others', async () => {
    const content = `/v1/projects/${projectId}/data-sets/${dataSetId}/content`;
    const csv = 'user_id,item_id\nu,i\n';
    const put = (digest: string) => tenant.put(content, csv).set('content-digest', digest);
    await put(`sha-256=:${sha256(csv)}:`).expect(202);
    const sha512 = createHash('sha512').update(csv).digest('base64');
    await put(`md5=:abcd:, sha-512=:${sha512}:`).expect(202);
    const { body: before } = await tenant.get(`/v1/projects/${projectId}/data-sets/${dataSetId}/imports`);
    const wrong = await put(`sha-256=:${sha256(`${csv} `)}:`);
    expect([wrong.status, wrong.body.code]).toEqual([400, 'wrong_digest']);
    expect((await put('md5=:abcd:')).body.code).toBe('invalid_request');
    const { body: after } = await tenant.get(`/v1/projects/${projectId}/data-sets/${dataSetId}/imports`);
    expect(after.data.length).toBe(before.data.length);
  });
});
