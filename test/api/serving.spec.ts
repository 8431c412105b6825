import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, tasteCsv, Tenant, type TestApi, until, withKey } from '../factories/api.js';

let api: TestApi;
let other: TestApi;
let owner: pg.Client;
/** For what leaves the next test's calls as they were. */
let popular: Awaited<ReturnType<typeof shop>>;

beforeAll(async () => {
  [api, other] = await Promise.all([startApi(), startApi()]);
  popular = await shop();
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
    const { call, switchVersion, second, hasDrained, meteredOf } = popular;
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
    const { call, meteredOf } = popular;
    const id = uuidv7();
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(api.url, id)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    await until(async () => (await meteredOf(id)) > 0);
    expect(await meteredOf(id)).toBe(1);
  });

  it('is refused where it is another call, by the process that answered and by any other', async () => {
    const { call, hasDrained } = popular;
    const id = uuidv7();
    await call(api.url, id);
    await until(() => hasDrained(id));
    for (const { url } of [api, other]) {
      const { status, text } = await call(url, id, { userId: 'user-2' });
      expect([status, JSON.parse(text).code]).toEqual([409, 'idempotency_key_reused']);
    }
  });

  it('is answered anew where the call was refused', async () => {
    const { call } = popular;
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
    const { call, switchVersion, modelVersionId, second, hasDrained } = popular;
    await switchVersion(modelVersionId);
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

describe("a person's try", () => {
  it('may be of another version of the same model, which a key may not ask for', async () => {
    const { tenant, projectId, deploymentId, modelVersionId, second, switchVersion } = popular;
    await switchVersion(modelVersionId);
    const stranger = await (await Tenant.signUp(api)).deploy();
    const path = `/v1/deployments/${deploymentId}/recommendations`;
    const ask = (version: string, caller: Pick<Tenant, 'post'> = tenant) =>
      caller.post(`${path}?modelVersionId=${version}`, { userId: 'user-1' });
    for (const version of [modelVersionId, second]) {
      expect((await ask(version).expect(200)).body.modelVersionId).toBe(version);
    }
    // The live one is still what answers all others.
    expect((await tenant.post(path, { userId: 'user-1' }).expect(200)).body.modelVersionId).toBe(modelVersionId);
    for (const version of [stranger.modelVersionId, crypto.randomUUID()]) await ask(version).expect(404);
    await ask('none').expect(400);
    await tenant.post(`/v1/deployments/${stranger.deploymentId}/recommendations?modelVersionId=${second}`).expect(400);
    const { key } = await tenant.createKey(projectId);
    const response = await fetch(`${api.url}${path}?modelVersionId=${second}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ userId: 'user-1' }),
    });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([403, 'version_not_allowed']);
  });
});

describe('a try of a version that need not be deployed', () => {
  it('answers as a deployment would, is counted as a test, and stands in the log; for people of the organization alone', async () => {
    const { tenant, projectId, modelId, modelVersionId, deploymentId, second } = await shop('item-knn');
    await tenant.delete(`/v1/projects/${projectId}/deployments/${deploymentId}`).expect(204);
    const pathOf = (version: string, operation = 'recommendations', model = modelId) =>
      `/v1/projects/${projectId}/models/${model}/versions/${version}/${operation}`;
    const asked = { userId: 'user-1', limit: 3 };
    for (const version of [modelVersionId, second]) {
      const { body } = await tenant.post(pathOf(version), asked).expect(200);
      expect(body).toMatchObject({ modelVersionId: version, source: 'model', items: [{ rank: 1 }, {}, {}] });
    }
    expect((await tenant.post(pathOf(second), { userId: 'nobody' }).expect(200)).body.fallbackReason).toBe(
      'unknown_user',
    );
    expect((await tenant.post(pathOf(second), { ...asked, limit: 0 }).expect(400)).body.errors).toMatchObject([
      { path: 'limit' },
    ]);
    for (const path of [pathOf(second, 'classifications'), pathOf(second, 'constructor'), pathOf(crypto.randomUUID())])
      await tenant.post(path, asked).expect(404);
    await tenant.post(pathOf(second, 'recommendations', crypto.randomUUID()), asked).expect(404);
    await (await Tenant.signUp(api)).post(pathOf(second), asked).expect(404);
    const { key } = await tenant.createKey(projectId);
    const refused = await withKey(api, key).post(pathOf(second), asked).expect(403);
    expect(refused.body.code).toBe('not_permitted');
    const tried = async () =>
      (await tenant.get('/v1/usage?groupBy=apiKey,meter').expect(200)).body.rows.flatMap(
        ({ apiKeyId, meter, quantity }: Record<string, string | null>) =>
          apiKeyId === null && /request/.test(meter!) ? [[meter, quantity]] : [],
      );
    await until(async () => (await tried()).length > 0 && (await tried())[0][1] === '3');
    expect(await tried()).toEqual([['test_requests', '3']]);
    const logged = async () =>
      (await tenant.get('/v1/request-log?apiKeyId=00000000-0000-0000-0000-000000000000').expect(200)).body.data;
    await until(async () => (await logged()).length >= 5);
    expect((await logged()).filter(({ status }: { status: number }) => status === 200)).toMatchObject([
      { projectId, deploymentId: null, fallbackReason: 'unknown_user' },
      { projectId, deploymentId: null, fallbackReason: null },
      { projectId, deploymentId: null, fallbackReason: null },
    ]);
  });

  it('S40: tells nothing of a person who is to be forgotten', async () => {
    const { tenant, projectId, modelId, second } = await shop('item-knn');
    await tenant.delete(`/v1/projects/${projectId}/users/user-1`).expect(202);
    const path = `/v1/projects/${projectId}/models/${modelId}/versions/${second}/recommendations`;
    await until(
      async () => (await tenant.post(path, { userId: 'user-1' }).expect(200)).body.fallbackReason === 'unknown_user',
    );
  });
});

it('a deployment remembers which version was live before', async () => {
  const { tenant, projectId, modelVersionId, second } = popular;
  const deployments = `/v1/projects/${projectId}/deployments`;
  const made = await tenant.post(deployments, { name: 'Next', modelVersionId }).expect(201);
  const deployment = `${deployments}/${made.body.id}`;
  const change = (body: object) => tenant.patch(deployment, body).expect(200);
  const before = async () => (await tenant.get(deployment).expect(200)).body.previousModelVersionId;
  expect(await before()).toBeNull();
  await change({ modelVersionId: second });
  expect(await before()).toBe(modelVersionId);
  // Neither a new name nor the same version again is a switch.
  await change({ name: 'Other' });
  await change({ modelVersionId: second });
  expect(await before()).toBe(modelVersionId);
  await change({ modelVersionId });
  expect(await before()).toBe(second);
});
