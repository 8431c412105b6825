import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { ImpersonationEnds } from '../../libs/features/impersonations/impersonation-ends.js';
import { ImpersonationsRepository } from '../../libs/features/impersonations/impersonations.repository.js';
import { type Permission, REFUSED_TO_IMPERSONATION, ROLE_PERMISSIONS } from '../../libs/platform/access/permissions.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { invite, logInOperator, whoIs } from '../factories/members.js';
import { KINDRED_SECRET } from '../factories/platform.setup.js';

interface Operation {
  responses: Record<string, { description: string }>;
  'x-export'?: true;
}

const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};

const REASON = 'Their import fails, they asked.';

let api: TestApi;
let owner: pg.Client;
let operator: Tenant;
let boss: Tenant;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  api = await startApi({ STRIPE_API_URL: 'http://127.0.0.1:9' });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
  boss = await Tenant.signUp(api, `Visited ${Date.now()}`);
  organizationId = (await whoIs(boss)).organizationId!;
  projectId = await boss.createProject();
});
afterAll(async () => {
  await Promise.all([api.close(), owner.end()]);
});

const begin = (body: object, of = organizationId, who = operator) =>
  who.post(`/v1/admin/organizations/${of}/impersonations`, body);
const leave = (who = operator) => who.post('/v1/impersonation/end');
const events = async (query: string) => (await boss.get(`/v1/audit-events?${query}`).expect(200)).body.data;

it('S37: an operator acts in an organization with a role, which the audit log says of each thing that they do, and the owners are told', async () => {
  const { body: started } = await begin({ role: 'developer', reason: REASON }).expect(201);
  expect(started).toMatchObject({ operatorEmail: operator.email, role: 'developer', reason: REASON, isActive: true });
  expect(Date.parse(started.endsAt) - Date.parse(started.startedAt)).toBe(30 * 60_000);
  const me = (await operator.get('/v1/me').expect(200)).body;
  expect(me).toMatchObject({
    user: { email: operator.email },
    organization: { id: organizationId },
    role: 'developer',
    impersonation: { id: started.id, memberEmail: null, reason: REASON, endsAt: started.endsAt },
  });
  expect(me.permissions).toContain('project:write');
  for (const refused of REFUSED_TO_IMPERSONATION) expect(me.permissions).not.toContain(refused);
  await operator.patch(`/v1/projects/${projectId}`, { name: 'Renamed by an operator' }).expect(200);
  await operator.get('/v1/admin/organizations').expect(403);
  await leave().expect(204);
  expect((await leave().expect(403)).body.code).toBe('not_permitted');
  await operator.get('/v1/projects').expect(403);
  expect((await operator.get('/v1/me').expect(200)).body).toMatchObject({ organization: null, impersonation: null });

  const { userId } = await whoIs(operator);
  const log = await events(`actorId=${userId}`);
  expect(log.map(({ action }: any) => action)).toEqual([
    'impersonation.ended',
    'project.renamed',
    'impersonation.started',
  ]);
  const actor = { kind: 'operator', id: userId, name: operator.email };
  for (const event of log) expect(event).toMatchObject({ actor, impersonation: { id: started.id, reason: REASON } });
  expect((await boss.get('/v1/audit-events/verification').expect(200)).body.isIntact).toBe(true);
  const exported = (await boss.get('/v1/audit-events.jsonl').expect(200)).text.trim().split('\n');
  expect(JSON.parse(JSON.parse(exported.at(-2)!).hashed)).toMatchObject({ impersonationId: started.id });
  const mails = async () =>
    (
      await owner.query(
        `SELECT users.email, "values" ->> 'reason' AS reason FROM emails JOIN users ON users.id = recipient_id
         WHERE template = 'impersonation_started' AND tenant_id = $1`,
        [organizationId],
      )
    ).rows;
  expect(await mails()).toEqual([{ email: boss.email, reason: REASON }]);
  expect((await boss.get('/v1/organization/impersonations').expect(200)).body.data).toMatchObject([
    { id: started.id, isActive: false, operatorEmail: operator.email },
  ]);
});

it('S37: acts as a member with their role, as an owner with an admin’s; a support message stands for a reason', async () => {
  const viewer = await invite(boss, 'viewer');
  const { body } = await begin({ memberId: (await whoIs(viewer)).userId, reason: REASON }).expect(201);
  expect(body).toMatchObject({ role: 'viewer', memberEmail: viewer.email });
  expect((await operator.get('/v1/me')).body).toMatchObject({
    role: 'viewer',
    impersonation: { memberEmail: viewer.email },
  });
  expect((await operator.post('/v1/projects', { name: 'No' }).expect(403)).body.code).toBe('not_permitted');
  await leave().expect(204);
  const message = (await boss.post('/v1/support-messages', { text: 'Please look.', page: '/' }).expect(201)).body.id;
  const asOwner = { memberId: (await whoIs(boss)).userId, supportMessageId: message };
  expect((await begin(asOwner).expect(201)).body).toMatchObject({ role: 'admin', supportMessageId: message });
  await leave().expect(204);
});

it('S37: no route of keys, members, billing, accounts, exports and deletion answers, whatever the role', async () => {
  await begin({ role: 'admin', reason: REASON }).expect(201);
  const held: readonly Permission[] = ROLE_PERMISSIONS.admin;
  const wrong: string[] = [];
  let refused = 0;
  for (const [path, methods] of Object.entries(paths))
    for (const [method, { responses, 'x-export': isExport }] of Object.entries(methods)) {
      const permission = /lacks (\S+)$/.exec(responses['403']?.description ?? '')?.[1] as Permission | undefined;
      if (!permission || path === '/v1/impersonation/end') continue;
      const name = `${method.toUpperCase()} ${path}`;
      const isWrite = method !== 'get';
      const hasBody = isWrite && method !== 'delete' && method !== 'head';
      const isClosed =
        REFUSED_TO_IMPERSONATION.includes(permission) ||
        isExport ||
        method === 'delete' ||
        (permission === 'me:read' && isWrite);
      const response = await fetch(
        api.url + path.replace('{projectId}', projectId).replace(/\{\w+\}/g, () => crypto.randomUUID()),
        {
          method: method.toUpperCase(),
          headers: { cookie: operator.cookie, ...(hasBody && { 'content-type': 'application/json' }) },
          ...(hasBody && { body: '{"unknown":true}' }),
        },
      );
      // Of HEAD there is no body.
      const isProblem =
        method !== 'head' && response.headers.get('content-type')?.startsWith('application/problem+json');
      const code = isProblem ? ((await response.json()) as { code: string }).code : '';
      if (!isProblem) await response.body?.cancel();
      if (code === 'refused_to_impersonation') refused++;
      if ((code === 'refused_to_impersonation') !== Boolean(isClosed))
        wrong.push(`${name}: ${response.status} ${code}`);
      if (!isClosed && !held.includes(permission) && response.status !== 403) wrong.push(`${name}: ${response.status}`);
    }
  await leave().expect(204);
  expect(wrong).toEqual([]);
  expect(refused).toBeGreaterThan(40);
});

it('S37: ends at once by an owner, on every node, with what was open', async () => {
  const second = await ApiProcess.start();
  try {
    const elsewhere = Tenant.of({ url: second.url } as TestApi, operator);
    await elsewhere.get('/v1/projects').expect(403);
    const { body: started } = await begin({ role: 'viewer', reason: REASON }).expect(201);
    await until(async () => (await elsewhere.get('/v1/projects')).status === 200);
    const jobId = await addJob();
    const stream = await fetch(`${second.url}/v1/projects/${projectId}/training-jobs/${jobId}/events`, {
      headers: { cookie: operator.cookie },
    });
    expect(stream.status).toBe(200);
    const ended = stream.text();
    const path = `/v1/organization/impersonations/${started.id}/end`;
    await (await invite(boss, 'admin')).post(path).expect(403);
    await operator.post(path).expect(403);
    expect((await boss.post(path).expect(200)).body).toMatchObject({ id: started.id, isActive: false });
    await ended;
    await until(async () => (await elsewhere.get('/v1/projects')).status === 403);
    expect((await boss.post(path).expect(409)).body.code).toBe('impersonation_ended');
    const other = await Tenant.signUp(api);
    await other.post(path).expect(404);
    await boss.post(`/v1/organization/impersonations/${crypto.randomUUID()}/end`).expect(404);
    const again = 'UPDATE impersonations SET ended_at = NULL WHERE id = $1';
    await expect(owner.query(again, [started.id])).rejects.toThrow('ends once');
    expect(await events(`targetId=${started.id}&action=impersonation.ended`)).toMatchObject([
      { actor: { kind: 'user', name: boss.email } },
    ]);
  } finally {
    await second.stop('SIGKILL');
  }
});

it('S37: ends after 30 minutes, and with the operator’s session', async () => {
  await begin({ role: 'viewer', reason: REASON }).expect(201);
  await operator.get('/v1/projects').expect(200);
  const clock = api.app.get(Clock);
  const halfAnHourLater = vi.spyOn(clock, 'now').mockReturnValue(new Date(clock.now().getTime() + 30 * 60_000 + 5_000));
  await operator.get('/v1/projects').expect(403);
  await operator.get('/v1/admin/organizations').expect(200);
  halfAnHourLater.mockRestore();
  await leave().expect(204);
  const leaving = await logInOperator(api);
  const { id } = (await begin({ role: 'viewer', reason: REASON }, organizationId, leaving).expect(201)).body;
  await leaving.post('/v1/auth/logout').expect(204);
  const { data } = (await boss.get('/v1/organization/impersonations').expect(200)).body;
  expect(data.find((each: { id: string }) => each.id === id)).toMatchObject({ isActive: false });
});

it('that runs out is in the audit log as ended, once, whoever sweeps; one that goes on is not', async () => {
  const { body: going } = await begin({ role: 'viewer', reason: REASON }).expect(201);
  const { rows } = await owner.query(
    `INSERT INTO impersonations (tenant_id, id, role, reason, started_at, ends_at)
     VALUES ($1, gen_random_uuid(), 'viewer', $2, now() - interval '31 minutes', now() - interval '1 minute') RETURNING id, ends_at`,
    [organizationId, REASON],
  );
  const [{ id, ends_at: endsAt }] = rows;
  const database = new Database(readConfig({ DATABASE_URL: inject('appUrl'), KINDRED_SECRET }));
  try {
    const clock = new Clock();
    const sweeper = new ImpersonationEnds(database, new ImpersonationsRepository(), clock);
    await Promise.all([sweeper['work'](), sweeper['work']()]);
    await sweeper['work']();
  } finally {
    await database.onApplicationShutdown();
  }
  expect(await events(`targetId=${id}&action=impersonation.ended`)).toMatchObject([
    { actor: { kind: 'system' }, after: { endedAt: endsAt.toISOString() } },
  ]);
  expect(await events(`targetId=${going.id}&action=impersonation.ended`)).toEqual([]);
  await operator.get('/v1/projects').expect(200);
  await leave().expect(204);
});

it('is refused without a reason, role or organization, as an owner, twice at once, and to customers', async () => {
  const other = await Tenant.signUp(api);
  const message = (await other.post('/v1/support-messages', { text: 'Ours.', page: '/' }).expect(201)).body.id;
  for (const bad of [
    { role: 'viewer' },
    { role: 'viewer', reason: 'too short' },
    { role: 'viewer', reason: '          ' },
    { reason: REASON },
    { role: 'owner', reason: REASON },
    { role: 'operator', reason: REASON },
    { role: 'viewer', memberId: crypto.randomUUID(), reason: REASON },
  ])
    await begin(bad).expect(400);
  await begin({ role: 'viewer', reason: REASON }, crypto.randomUUID()).expect(404);
  await begin({ memberId: (await whoIs(other)).userId, reason: REASON }).expect(404);
  await begin({ role: 'viewer', supportMessageId: message }).expect(404);
  await begin({ role: 'viewer', reason: REASON }, organizationId, boss).expect(403);
  expect((await boss.post('/v1/impersonation/end').expect(409)).body.code).toBe('not_impersonating');
  await begin({ role: 'viewer', reason: REASON }).expect(201);
  await begin({ role: 'admin', reason: REASON }).expect(403);
  await leave().expect(204);
  const insert = `INSERT INTO impersonations (tenant_id, id, role, reason, started_at, ends_at) VALUES ($1, gen_random_uuid(), $2, $3, now(), now() + $4::interval)`;
  for (const row of [
    ['owner', REASON, '30 minutes'],
    ['viewer', 'short', '30 minutes'],
    ['viewer', REASON, '31 minutes'],
  ])
    await expect(owner.query(insert, [organizationId, ...row])).rejects.toThrow(/impersonations_/);
});

async function addJob(): Promise<string> {
  const { rows } = await owner.query(
    `WITH model AS (INSERT INTO models (tenant_id, id, project_id, name, family, task, recipe, settings)
       VALUES ($1, gen_random_uuid(), $2, 'M', 'recommender', 'recommendation', 'popularity', '{}') RETURNING id)
     INSERT INTO training_jobs (tenant_id, id, project_id, model_id, pool) SELECT $1, gen_random_uuid(), $2, id, 'nowhere' FROM model RETURNING id`,
    [organizationId, projectId],
  );
  return rows[0].id;
}
