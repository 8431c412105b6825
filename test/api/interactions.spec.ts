import pg from 'pg';
import request from 'supertest';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RecentInteractions } from '../../libs/features/interactions/index.js';
import { BOUNDS } from '../../libs/platform/bounds.js';
import { startApi, Tenant, type TestApi, until, withKey } from '../factories/api.js';

let api: TestApi;
/** Another process of the platform. */
let elsewhere: TestApi;
let owner: pg.Client;
let tenant: Tenant;
let organizationId: string;
let projectId: string;
let program: ReturnType<typeof withKey>;
beforeAll(async () => {
  [api, elsewhere] = await Promise.all([startApi(), startApi()]);
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  tenant = await Tenant.signUp(api);
  organizationId = (await tenant.get('/v1/me').expect(200)).body.organization.id;
  projectId = await tenant.createProject();
  program = withKey(api, (await tenant.createKey(projectId, ['events:write'])).key);
});
afterAll(() => Promise.all([api.close(), elsewhere.close(), owner.end()]));

const route = (project = projectId) => `/v1/projects/${project}/interactions`;
const view = (user: string, more: object = {}) => ({ userId: user, itemId: 'lamp', eventType: 'view', ...more });

async function rowsOf(dataSetId: string) {
  const { rows } = await owner.query('SELECT * FROM live_interactions WHERE data_set_id = $1 ORDER BY id', [dataSetId]);
  return rows;
}

async function metered(of = tenant) {
  const { rows } = (await of.get('/v1/usage?groupBy=meter').expect(200)).body;
  const found = rows.find(({ meter }: { meter: string }) => meter === 'interactions_ingested');
  return Number(found?.quantity ?? 0);
}

/** A model of what is popular in the data set; what it would recommend to somebody unknown, best first. */
async function popularIn(dataSetId: string, project = projectId): Promise<string[]> {
  const model = { name: `Popular ${uuidv7()}`, recipe: 'popularity', sources: { interactions: dataSetId } };
  const modelId = (await tenant.post(`/v1/projects/${project}/models`, model).expect(201)).body.id;
  const [modelVersionId] = (await tenant.train(project, modelId)).modelVersionIds;
  const version = `/v1/projects/${project}/models/${modelId}/versions/${modelVersionId}`;
  const { body } = await tenant.post(`${version}/recommendations`, { userId: 'unknown', limit: 5 }).expect(200);
  return body.items.map(({ itemId }: { itemId: string }) => itemId);
}

describe('events', () => {
  it('go into one live data set, which two first calls at once make once, each row as it was sent', async () => {
    const other = await tenant.createProject();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => tenant.post(route(other), { interactions: [view(`user-${i}`)] }).expect(202)),
    );
    const ids = new Set(answers.map(({ body }) => body.dataSetId));
    expect(ids.size).toBe(1);
    const [dataSetId] = ids;
    const at = `/v1/projects/${other}/data-sets/${dataSetId}`;
    await until(async () => (await tenant.get(at)).body.addedRows === 8);
    expect((await tenant.get(at)).body).toMatchObject({ name: 'Live interactions', kind: 'interactions' });
    const recommendationId = uuidv7();
    const sent = { value: 2.5, timestamp: '2026-11-30T10:00:00+01:00', recommendationId };
    await tenant.post(route(other), { interactions: [view(' the-one ', sent)] }).expect(202);
    await until(async () => (await rowsOf(dataSetId!)).length === 9);
    const one = (await rowsOf(dataSetId!)).find(({ user_id }) => user_id === 'the-one');
    expect(one).toMatchObject({
      item_id: 'lamp',
      event_type: 'view',
      value: 2.5,
      timestamp: Date.parse('2026-11-30T09:00:00Z') / 1_000,
      recommendation_id: recommendationId,
    });
  });

  it('that are wrong are told by their place, and refuse no other', async () => {
    const before = await metered();
    const interactions = [
      view('good', { timestamp: 1_764_000_000 }),
      { userId: 'no-item' },
      view('a'.repeat(257)),
      view('  '),
      view('v', { value: '5' }),
      view('v', { value: 1e39 }),
      view('t', { timestamp: 'yesterday' }),
      view('t', { timestamp: -1 }),
      view('r', { recommendationId: 'r-1' }),
      null,
      'text',
      view('late', { timestamp: 1_000_000_000_000 }),
      view('😀'.repeat(256)),
    ];
    const { body } = await program.post(route(), { interactions }).expect(202);
    expect(body.accepted).toBe(3);
    const errors = body.results.map(({ status, error }: { status: string; error?: string }) => error ?? status);
    expect(errors).toEqual([
      'accepted',
      'itemId is missing',
      'userId is longer than 256 characters',
      'userId is empty',
      'value is not a finite number',
      'value is not a finite number',
      '"yesterday" is no time from 1970 to 9999, as Unix time or ISO 8601',
      '"-1" is no time from 1970 to 9999, as Unix time or ISO 8601',
      'recommendationId must be the id of an answer, a UUID',
      'the event must be an object',
      'the event must be an object',
      'accepted',
      'accepted',
    ]);
    await until(async () => (await metered()) === before + 3);
    const times = (await rowsOf(body.dataSetId)).map(({ user_id, timestamp }) => [user_id, timestamp]);
    expect(times).toContainEqual(['late', 1_000_000_000]);
  });

  it('of one interactionId are taken and counted once a data set, in a call and over calls', async () => {
    const before = await metered();
    const event = view('once', { interactionId: 'order-1' });
    const first = await program.post(route(), { interactions: [event, event, view('other')] }).expect(202);
    expect(first.body.results.map(({ status }: { status: string }) => status)).toEqual([
      'accepted',
      'duplicate',
      'accepted',
    ]);
    const again = await program.post(route(), { interactions: [{ ...event, userId: 'somebody-else' }] }).expect(202);
    expect(again.body).toMatchObject({ accepted: 0, results: [{ status: 'duplicate' }] });
    await until(async () => (await metered()) === before + 2);
    // Another process, which knows of it from Postgres alone.
    const other = await request(elsewhere.url)
      .post(route())
      .set('cookie', tenant.cookie)
      .send({ interactions: [event] });
    expect(other.body.results).toEqual([{ status: 'duplicate' }]);
    expect(await metered()).toBe(before + 2);
  });

  it('of a call that is sent again under its key are the same, and counted once', async () => {
    const [before, key] = [await metered(), uuidv7()];
    const body = { interactions: [view('retried'), { userId: 'x' }] };
    const send = () => program.post(route(), body).set('idempotency-key', key).expect(202);
    const first = await send();
    expect((await send()).text).toBe(first.text);
    await until(async () => (await metered()) === before + 1);
    const other = await program
      .post(route(), { interactions: [view('else')] })
      .set('idempotency-key', key)
      .expect(409);
    expect(other.body.code).toBe('idempotency_key_reused');
    const users = (await rowsOf(first.body.dataSetId)).map(({ user_id }) => user_id);
    expect(users.filter((user) => user === 'retried')).toHaveLength(1);
  });

  it('of two calls whose keys differ in their last digit alone are all kept', async () => {
    const key = uuidv7().slice(0, -3);
    const interactions = ['a', 'b', 'c'].map((item) => view('neighbours', { itemId: item }));
    for (const last of ['7fe', '7ff', '800'])
      await program
        .post(route(), { interactions })
        .set('idempotency-key', key + last)
        .expect(202);
    const kept = () => owner.query(`SELECT FROM live_interactions WHERE user_id = 'neighbours'`);
    await until(async () => (await kept()).rowCount === 9);
  });

  it.each([
    ['none', []],
    ['1,001', Array.from({ length: 1_001 }, () => view('a'))],
  ])('are refused where there are %s', async (_, interactions) => {
    expect((await program.post(route(), { interactions }).expect(400)).body.code).toBe('invalid_request');
  });

  it('come a thousand at a time', async () => {
    const interactions = Array.from({ length: 1_000 }, (_, i) => view(`user-${i}`, { interactionId: `many-${i}` }));
    expect((await program.post(route(), { interactions }).expect(202)).body.accepted).toBe(1_000);
  });

  it('of a test key are checked, and neither kept nor billed', async () => {
    const fresh = await tenant.createProject();
    const created = { name: 'Test', mode: 'test', scopes: ['events:write'] };
    const { key } = (await tenant.post(`/v1/projects/${fresh}/api-keys`, created).expect(201)).body;
    const { body } = await withKey(api, key)
      .post(route(fresh), { interactions: [view('a'), {}] })
      .expect(202);
    expect(body).toMatchObject({ accepted: 1, results: [{ status: 'accepted' }, { status: 'rejected' }] });
    const used = async () => (await tenant.get('/v1/usage?groupBy=meter').expect(200)).body.rows;
    await until(async () => JSON.stringify(await used()).includes('test_requests'));
    expect(await rowsOf(body.dataSetId)).toEqual([]);
  });

  it('reach no other project, by its path or by its data set, nor a data set of another kind', async () => {
    const stranger = await Tenant.signUp(api);
    const theirs = await stranger.createProject();
    const theirSet = await stranger.createDataSet(theirs, 'interactions');
    const own = await tenant.createProject();
    const ownSet = await tenant.createDataSet(own, 'interactions');
    const items = await tenant.createDataSet(projectId, 'items');
    const events = { interactions: [view('a')] };
    await program.post(route(theirs), events).expect(404);
    await program.post(route(own), events).expect(404);
    for (const dataSetId of [theirSet, ownSet]) await program.post(route(), { ...events, dataSetId }).expect(404);
    expect((await program.post(route(), { ...events, dataSetId: items }).expect(409)).body.code).toBe('wrong_kind');
    const reader = withKey(api, (await tenant.createKey(projectId, ['deployments:call'])).key);
    await reader.post(route(), events).expect(403);
    expect(await rowsOf(theirSet)).toEqual([]);
  });

  it('stop at the interactions that the plan lets an organization hold, and at its quota of ingested ones', async () => {
    const poor = await Tenant.signUp(api);
    const theirs = await poor.createProject();
    const send = (count: number) =>
      poor.post(route(theirs), { interactions: Array.from({ length: count }, () => view('a')) });
    const limit = { scope: 'project', scopeId: theirs, resource: 'interactions_ingested', quantity: '10' };
    await poor.put('/v1/limits', limit).expect(200);
    await send(8).expect(202);
    expect((await send(3).expect(429)).body.code).toBe('quota_exceeded');
    await send(2).expect(202);
    await until(async () => (await metered(poor)) === 10);
  });

  it('have as many different event types as the rows of a file, whichever process takes them', async () => {
    const fresh = await tenant.createProject();
    const ofTypes = (from: number, to: number) => ({
      interactions: Array.from({ length: to - from }, (_, i) => view('a', { eventType: `type-${from + i}` })),
    });
    const { most } = BOUNDS.eventTypes;
    const first = (await tenant.post(route(fresh), ofTypes(0, most - 1)).expect(202)).body;
    expect(first.accepted).toBe(most - 1);
    await until(async () => (await rowsOf(first.dataSetId)).length === most - 1);
    const there = Tenant.of(elsewhere, tenant);
    const { accepted, results } = (await there.post(route(fresh), ofTypes(most - 3, most + 1)).expect(202)).body;
    expect(accepted).toBe(3);
    expect(results[3]).toEqual({
      status: 'rejected',
      error: `there are more than ${most} different values of eventType, and "type-${most}" is not among the first`,
    });
    const { body } = await there.post(route(fresh), { interactions: [view('b'), view('b', { eventType: 'type-0' })] });
    expect(body.results.map(({ status }: { status: string }) => status)).toEqual(['rejected', 'accepted']);
  });

  it('are learnt from by the next training, alone and next to the rows of a file', async () => {
    const fresh = await tenant.createProject();
    const bought = (item: string) => (_: unknown, i: number) => view(`user-${i}`, { itemId: item });
    const interactions = [...Array.from({ length: 40 }, bought('lamp')), ...Array.from({ length: 20 }, bought('desk'))];
    const { dataSetId } = (await tenant.post(route(fresh), { interactions }).expect(202)).body;
    await until(async () => (await rowsOf(dataSetId)).length === 60);
    expect(await popularIn(dataSetId, fresh)).toEqual(['lamp', 'desk']);
    const rows = Array.from({ length: 30 }, (_, i) => `other-${i},desk`);
    await tenant.upload(fresh, dataSetId, ['user_id,item_id', ...rows].join('\n'));
    expect(await popularIn(dataSetId, fresh)).toEqual(['desk', 'lamp']);
  });

  it('are known to every process for answers that take account of them, the latest first and so many', async () => {
    const events = Array.from({ length: BOUNDS.recentEvents.most + 10 }, (_, i) =>
      view('busy', { itemId: `item-${i}`, timestamp: 1_764_000_000 + i }),
    );
    const [oldest] = events.splice(0, 1);
    await program.post(route(), { interactions: [...events, oldest] }).expect(202);
    const recentAt = (process: TestApi) =>
      process.app.get(RecentInteractions, { strict: false }).of(organizationId, projectId, 'busy');
    for (const process of [api, elsewhere]) {
      await until(async () => (await recentAt(process)).length === BOUNDS.recentEvents.most);
      const [latest] = await recentAt(process);
      expect(latest).toEqual({ itemId: 'item-59', eventType: 'view', value: null, timestamp: 1_764_000_059 });
    }
    const theirs = elsewhere.app.get(RecentInteractions, { strict: false });
    expect(await theirs.of(organizationId, await tenant.createProject(), 'busy')).toEqual([]);
    expect(await theirs.of(uuidv7(), projectId, 'busy')).toEqual([]);
  });

  it('of somebody are exported, and erased with them: from the table, from what is remembered, and from calls that drain later', async () => {
    const fresh = await tenant.createProject();
    const interactions = [view('anna'), view('anna'), view('ben')];
    const { dataSetId } = (await tenant.post(route(fresh), { interactions }).expect(202)).body;
    await until(async () => (await rowsOf(dataSetId)).length === 3);
    const anna = `/v1/projects/${fresh}/users/anna`;
    const exported = (await tenant.get(anna).expect(200)).body;
    expect(exported.dataSets).toMatchObject([{ dataSetId, rows: [{ user_id: 'anna', item_id: 'lamp' }, {}] }]);
    // So that the erasure has not ended before what comes next.
    await owner.query('BEGIN');
    await owner.query('SELECT FROM live_interactions WHERE data_set_id = $1 FOR UPDATE', [dataSetId]);
    const { id } = (await tenant.delete(anna).expect(202)).body;
    const recent = api.app.get(RecentInteractions, { strict: false });
    expect(await recent.of(organizationId, fresh, 'anna')).toEqual([]);
    // Taken while they are being erased, as one is that was in a journal before.
    const { results } = (await tenant.post(route(fresh), { interactions: [view('anna'), view('ben')] }).expect(202))
      .body;
    expect(results).toEqual([{ status: 'rejected', error: 'this user is being erased' }, { status: 'accepted' }]);
    await owner.query('COMMIT');
    const receipt = await tenant.waitFor(
      `/v1/projects/${fresh}/erasures/${id}`,
      ({ status }) => status === 'completed',
    );
    expect(receipt.receipt.rows).toBe(2);
    await until(async () => (await rowsOf(dataSetId)).length === 2);
    expect((await rowsOf(dataSetId)).map(({ user_id }) => user_id)).toEqual(['ben', 'ben']);
    const { addedRows } = (await tenant.get(`/v1/projects/${fresh}/data-sets/${dataSetId}`)).body;
    expect(addedRows).toBe(2);
    // Whoever comes back later is somebody new.
    await tenant.post(route(fresh), { interactions: [view('anna')] }).expect(202);
    await until(async () => (await rowsOf(dataSetId)).length === 3);
  });

  it('of a visitor count for whom they turn out to be: in recent events, in an export and in an erasure', async () => {
    const fresh = await tenant.createProject();
    const merge = (user: string, fromUserId: string) =>
      tenant.post(`/v1/projects/${fresh}/users/${user}/merges`, { fromUserId });
    const interactions = [
      view('anna', { itemId: 'a' }),
      view('visitor', { itemId: 'b' }),
      view('phone', { itemId: 'c' }),
    ];
    const { dataSetId } = (await tenant.post(route(fresh), { interactions }).expect(202)).body;
    await until(async () => (await rowsOf(dataSetId)).length === 3);
    expect((await merge('visitor', 'phone').expect(200)).body).toEqual({ userId: 'visitor', fromUserIds: ['phone'] });
    const all = { userId: 'anna', fromUserIds: ['phone', 'visitor'] };
    expect((await merge('anna', 'visitor').expect(200)).body).toEqual(all);
    // Again, the other way round, and to oneself by another name.
    for (const [user, from] of [
      ['anna', 'visitor'],
      ['visitor', 'anna'],
      ['phone', 'phone'],
      ['phone', 'visitor'],
    ] as const)
      expect((await merge(user, from).expect(200)).body).toEqual(all);
    expect((await merge('ben', 'phone').expect(409)).body.code).toBe('already_merged');
    expect((await merge('ben', '').expect(400)).body.code).toBe('invalid_request');
    const recent = await elsewhere.app.get(RecentInteractions, { strict: false }).of(organizationId, fresh, 'anna');
    expect(recent.map(({ itemId }) => itemId).sort()).toEqual(['a', 'b', 'c']);
    const exported = (await tenant.get(`/v1/projects/${fresh}/users/phone`).expect(200)).body;
    expect(exported.dataSets[0].rows).toHaveLength(3);
    const { id } = (await tenant.delete(`/v1/projects/${fresh}/users/phone`).expect(202)).body;
    const erasures = (await tenant.get(`/v1/projects/${fresh}/erasures`).expect(200)).body.data;
    expect(erasures).toHaveLength(3);
    expect(erasures.map((erasure: { id: string }) => erasure.id)).toContain(id);
    await until(async () => (await rowsOf(dataSetId)).length === 0);
    const isDone = ({ status }: { status: string }) => status === 'completed';
    for (const erasure of erasures) await tenant.waitFor(`/v1/projects/${fresh}/erasures/${erasure.id}`, isDone);
    const { rows } = await owner.query('SELECT FROM user_merges WHERE project_id = $1', [fresh]);
    expect(rows).toEqual([]);
  });

  it('of a data set that is deleted go with it', async () => {
    const fresh = await tenant.createProject();
    const { dataSetId } = (await tenant.post(route(fresh), { interactions: [view('a')] }).expect(202)).body;
    await until(async () => (await rowsOf(dataSetId)).length === 1);
    await tenant.delete(`/v1/projects/${fresh}/data-sets/${dataSetId}`).expect(204);
    expect(await rowsOf(dataSetId)).toEqual([]);
    await until(async () => {
      const { body } = await tenant.post(route(fresh), { interactions: [view('b')] }).expect(202);
      return body.dataSetId !== dataSetId;
    });
  });
});
