import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOUNDS } from '../../libs/platform/bounds.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';

let api: TestApi;
let tenant: Tenant;
let projectId: string;
let dataSetId: string;

beforeAll(async () => {
  api = await startApi();
  tenant = await Tenant.signUp(api);
  projectId = await tenant.createProject();
  dataSetId = await tenant.createDataSet(projectId, 'interactions');
});
afterAll(() => api.close());

const preview = (body: string | Buffer, query = '', path = `${dataSetId}/previews`, whose = tenant) =>
  request(api.url)
    .post(`/v1/projects/${projectId}/data-sets/${path}${query}`)
    .set('cookie', whose.cookie)
    .set('content-type', 'application/octet-stream')
    .send(body);

describe('a preview of a file', () => {
  it('shows what its import then does, when that is sent what the preview found', async () => {
    const csv = 'customer;sku;rating\nu1;i1;5\n;i2;four\n';
    const { body } = await preview(csv).expect(200);
    expect(body).toMatchObject({ problem: null, delimiter: ';', rowsAccepted: 1, rowsRejected: 1, missing: [] });
    expect(body.data[1].problems.map(({ header }: { header: string }) => header)).toEqual(['customer', 'rating']);
    const done = await tenant.upload(projectId, dataSetId, csv, `?${new URLSearchParams(body.columnMapping)}`);
    expect(done).toMatchObject({ status: 'succeeded', rowsAccepted: 1, rowsRejected: 1 });
    // What was said holds for the next file, and so for its preview.
    expect((await preview('sku,customer\ni,u\n')).body.columns[1]).toMatchObject({
      column: 'user_id',
      foundBy: 'kept',
    });
  });

  it('of which only the start is sent is told from a whole one, and stores nothing', async () => {
    const before = (await tenant.get(`/v1/projects/${projectId}/data-sets/${dataSetId}/imports`)).body.data.length;
    const whole = gzipSync(
      ['user_id,item_id', ...Array.from({ length: 90_000 }, (_, i) => `u${i * 7919},i${i % 997}`)].join('\n'),
    );
    const start = whole.subarray(0, BOUNDS.previewBytes.most);
    const { body } = await preview(start, `?fileBytes=${whole.length}`).expect(200);
    expect(body).toMatchObject({ isWhole: false, compression: 'gzip', problem: null, rowsRejected: 0 });
    expect(body.data).toHaveLength(50);
    expect((await tenant.get(`/v1/projects/${projectId}/data-sets/${dataSetId}/imports`)).body.data).toHaveLength(
      before,
    );
  });

  it('of a data set to come guesses its kind', async () => {
    expect((await preview('text,label\nfine,good\n', '', 'previews')).body.kind).toBe('labelled-texts');
    expect((await preview('text,label\nfine,good\n', '?kind=items', 'previews')).body.missing).toEqual(['item_id']);
  });

  it('is refused where it is too much of one, none, of another kind’s columns or of somebody else’s data set', async () => {
    const large = await preview(Buffer.alloc(BOUNDS.previewBytes.most + 1, 'a'));
    expect([large.status, large.body.code]).toEqual([413, 'preview_too_large']);
    const form = await preview('a=b').set('content-type', 'application/x-www-form-urlencoded');
    expect([form.status, form.body.code]).toEqual([415, 'upload_in_a_form']);
    await preview('a\n', '?magic=a').expect(400);
    await preview('a\n', '?text=a').expect(400);
    await preview('a\n', '', `${crypto.randomUUID()}/previews`).expect(404);
    await preview('a\n', '', undefined, await Tenant.signUp(api)).expect(404);
    // Elsewhere a file is refused as before.
    await request(api.url)
      .post('/v1/projects')
      .set('cookie', tenant.cookie)
      .set('content-type', 'text/csv')
      .send('a')
      .expect(415);
  });

  it('S30: that is made to hurt hurts its own process alone, while the API answers', async () => {
    const { most } = BOUNDS.previewBytes;
    const hostile = [
      gzipSync(Buffer.alloc(200_000_000, 'user_id,item_id\n')).subarray(0, most),
      gzipSync(Buffer.alloc(60_000_000, '[')),
      Buffer.from('[{"a":'.repeat(40_000)),
      Buffer.from(`{"user_id":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`),
      Buffer.from(`user_id,item_id,rating,timestamp\nu,i,${'1,'.repeat(6_000)}\n`),
      Buffer.from(`user_id,item_id,value\nu,i,"${'1.234'.repeat(30_000)}"\nu,i,"${'1,234'.repeat(15_000)}"`),
      Buffer.from(`${Array.from({ length: 9_000 }, (_, i) => `c${i}`).join()}\n`),
      Buffer.from('PAR1' + '\u0000'.repeat(2_000) + 'PAR1'),
    ];
    const [answers, pings] = await Promise.all([
      Promise.all(hostile.slice(0, 5).map((body) => preview(body))),
      Promise.all(Array.from({ length: 20 }, () => tenant.get('/v1/me'))),
    ]);
    for (const { status, body } of [
      ...answers,
      ...(await Promise.all(hostile.slice(5).map((each) => preview(each)))),
    ]) {
      expect(status).toBe(200);
      expect(body.problem ?? body.unseen ?? body.rowsRejected).toBeTruthy();
    }
    for (const { status } of pings) expect(status).toBe(200);
    const many = await Promise.all(Array.from({ length: 12 }, () => preview('user_id,item_id\nu,i\n')));
    expect(many.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    expect(many.find(({ status }) => status === 429)!.body.code).toBe('too_many_previews');
  });
});
