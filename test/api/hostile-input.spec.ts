import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { zipOf } from '../factories/zip.js';

let api: TestApi;
let tenant: Tenant;
let owner: pg.Client;

beforeAll(async () => {
  api = await startApi();
  tenant = await Tenant.signUp(api);
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

const HTML = '<!doctype html><script>alert(document.cookie)</script>';

describe('a file that is not what it says', () => {
  it('S20, S29: is refused or read as rows, and is never sent back as anything but JSON that no browser guesses at', async () => {
    const projectId = await tenant.createProject();
    const id = await tenant.createDataSet(projectId, 'items');
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex');
    const files = [
      HTML,
      'alert(1);//\nuser_id=1,item_id=2\n',
      Buffer.concat([png, Buffer.from(HTML)]),
      zipOf({ name: '[Content_Types].xml', content: '' }),
      Buffer.from('PAR1\u0015\u0004PAR1'),
      '%PDF-1.7\n1 0 obj\n',
    ];
    for (const file of files) {
      const done = await tenant.upload(projectId, id, file);
      expect(done.status, String(file).slice(0, 20)).toBe('failed');
      expect(done.failureReason).toBeTruthy();
    }
    // Markup in a cell is text like any other.
    const done = await tenant.upload(projectId, id, `item_id,title\ni1,"${HTML}"\n`);
    expect(done).toMatchObject({ status: 'succeeded', rowsAccepted: 1 });
    const dataSet = `/v1/projects/${projectId}/data-sets/${id}`;
    for (const route of [
      dataSet,
      `${dataSet}/imports/${done.id}`,
      `/v1/projects/${projectId}/users/${encodeURIComponent(HTML)}`,
    ]) {
      const { headers, type } = await tenant.get(route).set('accept', 'text/html,*/*');
      expect([type.replace('problem+', ''), headers['x-content-type-options']], route).toEqual([
        'application/json',
        'nosniff',
      ]);
    }
  });

  it('S27: is unpacked as far as it may be, and refused beyond that; a body that is packed by its header is not read', async () => {
    const projectId = await tenant.createProject();
    const id = await tenant.createDataSet(projectId, 'interactions');
    const content = `/v1/projects/${projectId}/data-sets/${id}/content`;
    // A thousand times as large when unpacked.
    const bomb = gzipSync('user_id,item_id\n' + 'u,i\n'.repeat(20_000_000), { level: 9 });
    expect(bomb.length).toBeLessThan(200_000);
    await tenant.put(content, bomb).set('content-encoding', 'gzip').expect(415);
    const refused = await tenant.upload(projectId, id, bomb);
    expect(refused).toMatchObject({ status: 'failed', rowsAccepted: null });
    expect(refused.failureReason).toMatch(/^The file unpacks to more than 67108864 bytes/);
    expect(await tenant.upload(projectId, id, gzipSync('user_id,item_id\nu,i\n'))).toMatchObject({ rowsAccepted: 1 });
    for (const type of ['application/json', 'application/json; charset=utf-8']) {
      const packed = await request(api.url)
        .post('/v1/auth/login')
        .set({ 'content-type': type, 'content-encoding': 'gzip' })
        .send(gzipSync('{"email":"a@b.c","password":"12345678"}').toString('latin1'));
      expect(packed.status).toBeGreaterThanOrEqual(400);
      expect(packed.status).toBeLessThan(500);
    }
  });

  it('S28: names no path: neither an archive’s names, nor ids in a call, nor a mapped column', async () => {
    const projectId = await tenant.createProject();
    const id = await tenant.createDataSet(projectId, 'items');
    const folder = inject('dataDirectory');
    const before = outside(folder);
    await tenant.upload(projectId, id, zipOf({ name: '../../../escaped.csv', content: 'item_id\ni1\n' }));
    const mapped = await tenant.upload(projectId, id, '../escaped\ni1\n', '?item_id=../escaped');
    expect(mapped.status).toBe('succeeded');
    await tenant.put(`/v1/projects/${projectId}/data-sets/..%2f..%2fescaped/content`, 'item_id\ni\n').expect(404);
    await tenant.get(`/v1/projects/..%2f..%2f..%2fetc%2fpasswd`).expect(404);
    await request(api.url).get('/assets/..%2f..%2f..%2fpackage.json').expect(404);
    expect(outside(folder)).toEqual(before);
  });
});

it('S32: a model whose file differs in one bit from what training stored answers nobody', async () => {
  const live = await tenant.deploy();
  const { rows } = await owner.query('SELECT artifact_key AS key FROM model_versions WHERE id = $1', [
    live.modelVersionId,
  ]);
  const file = path.join(inject('dataDirectory'), 'objects', rows[0].key);
  const bytes = readFileSync(file);
  const damaged = Buffer.from(bytes);
  damaged[damaged.length >> 1]! ^= 1;
  writeFileSync(file, damaged);
  const recommend = () => tenant.post(`/v1/deployments/${live.deploymentId}/recommendations`, { userId: 'user-0' });
  const { body } = await recommend().expect(503);
  expect(body.code).toBe('artifact_damaged');
  expect(body.detail).toContain(live.modelVersionId);
  // What is mended is used again.
  writeFileSync(file, bytes);
  expect((await recommend().expect(200)).body.modelVersionId).toBe(live.modelVersionId);
});

describe('a body that is malformed', () => {
  it('S33: ends in an answer, a thousand times, and leaves no descriptor behind', async () => {
    const boundary = 'x'.repeat(70);
    const bodies: [type: string, body: string][] = [
      [
        `multipart/form-data; boundary=${boundary}`,
        `--${boundary}\r\ncontent-disposition: form-data; name="a"\r\n\r\n1`,
      ],
      ['multipart/form-data', '--\r\n--\r\n'],
      [`multipart/form-data; boundary=`, '\r\n'.repeat(500)],
      ['application/x-www-form-urlencoded', 'a=1&a[b]=2'],
      ['application/json', '{"a":'],
      ['application/json', '['.repeat(5_000)],
      ['application/json', '{"__proto__":{"a":1}}'],
      ['application/json; charset=utf-7', '+AHs-'],
      ['application/octet-stream', '\0\0'],
      ['text/csv', 'a,b'],
    ];
    const send = async ([type, body]: [string, string]) => {
      const response = await fetch(`${api.url}/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': type, connection: 'close' },
        body,
      });
      await response.arrayBuffer();
      return response.status;
    };
    expect(await send(bodies[0]!)).toBe(415);
    const before = descriptors();
    for (let round = 0; round < 100; round++) {
      for (const status of await Promise.all(bodies.map(send))) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
    }
    // And cut off in the middle, which nobody hears an answer to.
    const { hostname, port } = new URL(api.url);
    for (let i = 0; i < 50; i++) {
      const socket = net.connect(Number(port), hostname);
      socket.on('error', () => {});
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.write(
        `POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: ${bodies[0]![0]}\r\ncontent-length: 999\r\n\r\n--x`,
      );
      socket.destroy();
    }
    await until(() => descriptors() <= before + 10);
    expect((await fetch(`${api.url}/livez`)).status).toBe(200);
  });
});

it('S8: what two organizations name alike stays two things: each is answered from its own model', async () => {
  const shops = await Promise.all(
    ['red', 'blue'].map(async (colour) => {
      const shop = await Tenant.signUp(api, 'The same shop');
      const csv = ['user_id,item_id', ...Array.from({ length: 40 }, (_, i) => `user-${i % 8},${colour}-${i % 7}`)];
      return { shop, colour, live: await shop.deploy({ csv: csv.join('\n') }) };
    }),
  );
  const calls = Array.from({ length: 20 }, async (_, i) => {
    const { shop, colour, live } = shops[i % 2]!;
    const route = `/v1/deployments/${live.deploymentId}/recommendations`;
    const { body } = await shop.post(route, { userId: 'user-1', excludeSeen: false, limit: 5 }).expect(200);
    expect(body.items.length).toBeGreaterThan(0);
    for (const { itemId } of body.items) expect(itemId).toMatch(new RegExp(`^${colour}-`));
  });
  await Promise.all(calls);
  const files = readdirSync(path.join(inject('dataDirectory'), 'objects'));
  for (const { shop } of shops) {
    const { organization } = (await shop.get('/v1/me')).body;
    expect(files).toContain(organization.id);
  }
});

/** Files next to the object store and the journal, where no upload has a place. */
function outside(folder: string): string[] {
  const elsewhere = [folder, path.dirname(folder)].flatMap((each) =>
    readdirSync(each).filter((name) => name.includes('escaped')),
  );
  const inStore = readdirSync(path.join(folder, 'objects'), { recursive: true, encoding: 'utf8' });
  return [...elsewhere, ...inStore.filter((name) => name.includes('escaped'))];
}

/** Open files and sockets of this process, which the API runs in. */
function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
