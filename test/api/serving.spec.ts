import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, tasteCsv, Tenant, type TestApi, until } from '../factories/api.js';

let api: TestApi;
let other: TestApi;
let owner: pg.Client;

beforeAll(async () => {
  [api, other] = await Promise.all([startApi(), startApi()]);
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), other.close(), owner.end()]));

/** A deployment with a second version to switch to, and a way to call it that tells the very bytes. */
async function shop(recipe = 'popularity') {
  const tenant = await Tenant.signUp(api);
  const live = await tenant.deploy({ csv: tasteCsv(), recipe });
  const inProject = `/v1/projects/${live.projectId}`;
  const { key } = await tenant.createKey(live.projectId);
  const queued = (await tenant.post(`${inProject}/models/${live.modelId}/training-jobs`).expect(202)).body;
  const second = (await tenant.waitFor(`${inProject}/training-jobs/${queued.id}`)).modelVersionIds[0];
  const switchVersion = (modelVersionId: string) =>
    tenant.patch(`${inProject}/deployments/${live.deploymentId}`, { modelVersionId }).expect(200);
  const call = async (url: string, id: string, request: object = { userId: 'user-1', limit: 5 }) => {
    const response = await fetch(`${url}/v1/deployments/${live.deploymentId}/recommendations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify(request),
    });
    return { status: response.status, text: await response.text() };
  };
  const hasDrained = async (id: string) =>
    (await owner.query('SELECT FROM remembered_answers WHERE id = $1', [id])).rows.length > 0;
  const meteredOf = async (id: string) =>
    (await owner.query(`SELECT FROM usage_events WHERE id = $1 AND meter_key = 'recommendation_requests'`, [id])).rows
      .length;
  return { tenant, ...live, second, switchVersion, call, hasDrained, meteredOf };
}

describe('a retry under the same Idempotency-Key', () => {
  it('gets the same bytes from the process that answered, and from any other once the journal has drained; metered once', async () => {
    const { call, switchVersion, second, hasDrained, meteredOf } = await shop();
    const id = uuidv7();
    const first = await call(api.url, id);
    expect(first.status).toBe(200);
    expect(JSON.parse(first.text).recommendationId).toBe(id);
    await switchVersion(second);
    await until(async () => JSON.parse((await call(api.url, uuidv7())).text).modelVersionId === second);
    expect(await call(api.url, id)).toEqual(first);
    await until(() => hasDrained(id));
    expect(await call(other.url, id)).toEqual(first);
    // And that one remembers it from then on.
    await owner.query('DELETE FROM remembered_answers WHERE id = $1', [id]);
    expect(await call(other.url, id)).toEqual(first);
    expect(await meteredOf(id)).toBe(1);
  });

  it('that is sent many times at once is computed once', async () => {
    const { call, meteredOf } = await shop();
    const id = uuidv7();
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(api.url, id)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    await until(async () => (await meteredOf(id)) > 0);
    expect(await meteredOf(id)).toBe(1);
  });

  it('is refused where it is another call, by the process that answered and by any other', async () => {
    const { call, hasDrained } = await shop();
    const id = uuidv7();
    await call(api.url, id);
    await until(() => hasDrained(id));
    for (const { url } of [api, other]) {
      const { status, text } = await call(url, id, { userId: 'user-2' });
      expect([status, JSON.parse(text).code]).toEqual([409, 'idempotency_key_reused']);
    }
  });

  it('is answered anew where the call was refused', async () => {
    const { call } = await shop();
    const id = uuidv7();
    expect((await call(api.url, id, { userId: 'user-1', limit: 0 })).status).toBe(400);
    expect((await call(api.url, id)).status).toBe(200);
  });

  it('S40: is not answered with what was said of a person who is to be forgotten', async () => {
    const { call, tenant, projectId } = await shop('item-knn');
    const id = uuidv7();
    expect(JSON.parse((await call(api.url, id)).text).source).toBe('model');
    await tenant.delete(`/v1/projects/${projectId}/users/user-1`).expect(202);
    await until(async () => (await call(api.url, uuidv7())).text.includes('unknown_user'));
    const again = JSON.parse((await call(api.url, id)).text);
    expect(again).toMatchObject({ recommendationId: id, source: 'popularity', fallbackReason: 'unknown_user' });
  });

  it('gets the same bytes after the process that answered was killed', async () => {
    const { call, switchVersion, second, hasDrained } = await shop();
    const process_ = await ApiProcess.start();
    const startedMs = performance.now();
    try {
      const id = uuidv7();
      const first = await call(process_.url, id);
      expect(first.status).toBe(200);
      await process_.stop('SIGKILL');
      await switchVersion(second);
      // A journal whose process may still be beginning is not adopted.
      await until(() => performance.now() - startedMs > 6_000);
      await process_.start();
      await until(() => hasDrained(id));
      expect(await call(process_.url, id)).toEqual(first);
    } finally {
      await process_.stop('SIGKILL');
    }
  });
});
