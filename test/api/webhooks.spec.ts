import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, tasteCsv, Tenant, type TestApi, until } from '../factories/api.js';
import { withOutboxWorker } from '../factories/platform.setup.js';
import { readProc } from '../factories/processes.js';
import { Receiver } from '../factories/receiver.js';

let api: TestApi;
/** Set up as one that customers reach, whose webhooks go to public addresses alone. */
let publicApi: TestApi;
let owner: pg.Client;
let receivers: Receiver[] = [];

beforeAll(async () => {
  api = await startApi();
  publicApi = await startApi({ KINDRED_WEBHOOKS_TO_PRIVATE_ADDRESSES: false });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(async () => {
  await Promise.all([api.close(), publicApi.close(), owner.end()]);
});
afterEach(() => {
  for (const receiver of receivers) receiver.close();
  receivers = [];
});

interface Endpoint {
  id: string;
  path: string;
  secret: string;
  receiver: Receiver;
}

async function startReceiver(): Promise<Receiver> {
  const receiver = await Receiver.start();
  receivers.push(receiver);
  return receiver;
}

async function createEndpoint(tenant: Tenant, body: object = {}): Promise<Endpoint> {
  const receiver = await startReceiver();
  const { body: created } = await tenant.post('/v1/webhook-endpoints', { url: receiver.url, ...body }).expect(201);
  return { id: created.id, path: `/v1/webhook-endpoints/${created.id}`, secret: created.secret, receiver };
}

const deliveriesOf = async (tenant: Tenant, endpoint: Endpoint, query = '') =>
  (await tenant.get(`${endpoint.path}/deliveries${query}`).expect(200)).body.data;

const endpointOf = async (tenant: Tenant, { id }: Endpoint) =>
  (await tenant.get('/v1/webhook-endpoints').expect(200)).body.data.find((each: { id: string }) => each.id === id);

/** Runs `work` while the worker that all tests share stands still, so that the one given alone sends. */
async function withOwnWorker(
  changes: Record<string, string>,
  work: (ours: ChildProcess) => Promise<void>,
): Promise<void> {
  const shared = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && readProc(name, 'cmdline').includes('dist/apps/worker/main.js'))
    .map(Number)
    .find((pid) => readProc(String(pid), 'environ').includes(inject('dataDirectory')))!;
  process.kill(shared, 'SIGSTOP');
  try {
    await withOutboxWorker(inject('appUrl'), inject('dataDirectory'), changes, work);
  } finally {
    process.kill(shared, 'SIGCONT');
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Mails to that person that were sent, but for the one that welcomes them. */
function mailsTo({ email }: Tenant): string[] {
  const folder = path.join(inject('dataDirectory'), 'mail');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files
    .map((file) => readFileSync(path.join(folder, file), 'utf8'))
    .filter((text) => text.includes(`To: ${email}`) && !text.includes('Subject: Confirm your email address'));
}

describe('a webhook endpoint', () => {
  it('S22: shows its secret when it is made and never again; the database holds it encrypted', async () => {
    const tenant = await Tenant.signUp(api);
    const { secret, ...endpoint } = await createEndpoint(tenant, { description: 'Shop', eventTypes: ['invoice.paid'] });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { body } = await tenant.get('/v1/webhook-endpoints').expect(200);
    expect(body.data[0]).toMatchObject({ id: endpoint.id, description: 'Shop', eventTypes: ['invoice.paid'] });
    const { rows } = await owner.query('SELECT secret, w::text AS row FROM webhook_endpoints w WHERE id = $1', [
      endpoint.id,
    ]);
    const raw = Buffer.from(secret.slice('whsec_'.length), 'base64');
    for (const needle of [secret, raw.toString('hex'), Buffer.from(secret).toString('hex')]) {
      expect(JSON.stringify(body) + rows[0].row).not.toContain(needle);
    }
    expect((rows[0].secret as Buffer).includes(raw)).toBe(false);
  });

  it('can be changed and deleted, with its deliveries', async () => {
    const tenant = await Tenant.signUp(api);
    const endpoint = await createEndpoint(tenant);
    await tenant.post(`${endpoint.path}/test`).expect(202);
    const { body } = await tenant
      .patch(endpoint.path, { eventTypes: ['webhook.test'], description: 'New' })
      .expect(200);
    expect(body).toMatchObject({ eventTypes: ['webhook.test'], description: 'New', isEnabled: true });
    await tenant.delete(endpoint.path).expect(204);
    await tenant.get(`${endpoint.path}/deliveries`).expect(404);
    await tenant.delete(endpoint.path).expect(404);
  });

  it('needs an http or https URL without a password, and events that exist', async () => {
    const tenant = await Tenant.signUp(api);
    for (const body of [
      { url: 'ftp://shop.example/' },
      { url: 'shop.example' },
      { url: 'https://user:password@shop.example/' },
      { url: `https://shop.example/${'x'.repeat(2048)}` },
      { url: `https://shop.example/${'ü'.repeat(1000)}` },
      { url: 'https://shop.example/', eventTypes: ['no.such_event'] },
      {},
    ]) {
      await tenant.post('/v1/webhook-endpoints', body).expect(400);
    }
  });

  it('is refused at an address that no delivery could reach, when it is made and when it is changed', async () => {
    const tenant = await Tenant.signUp(publicApi);
    const { body: made } = await tenant.post('/v1/webhook-endpoints', { url: 'https://shop.example/' }).expect(201);
    const message = 'must be at a public address: webhooks go neither to localhost nor to a private network';
    for (const url of ['http://localhost:9/', 'http://127.1/', 'https://10.0.0.1/hook', 'https://[::1]/']) {
      const { body: refused } = await tenant.post('/v1/webhook-endpoints', { url }).expect(400);
      expect(refused.errors).toEqual([{ path: 'url', message }]);
      await tenant.patch(`/v1/webhook-endpoints/${made.id}`, { url }).expect(400);
    }
  });

  it('is one of ten at most, also when eleven are asked for at once', async () => {
    const tenant = await Tenant.signUp(api);
    const url = 'https://shop.example/';
    const answers = await Promise.all(Array.from({ length: 11 }, () => tenant.post('/v1/webhook-endpoints', { url })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(10).fill(201), 409]);
    expect(answers.find(({ status }) => status === 409)!.body.code).toBe('too_many_webhook_endpoints');
  });

  it("is a developer's to change and a viewer's to see", async () => {
    const tenant = await Tenant.signUp(api);
    const endpoint = await createEndpoint(tenant);
    const become = (role: string) =>
      owner.query(`UPDATE memberships SET role = $1::role WHERE user_id = (SELECT id FROM users WHERE email = $2)`, [
        role,
        tenant.email,
      ]);
    const statusOf = async (action: string) => (await tenant.post(`${endpoint.path}/${action}`)).status;
    await become('viewer');
    // Processes hear a moment later of what was changed beneath them.
    await until(async () => (await statusOf('test')) === 403);
    await tenant.get('/v1/webhook-endpoints').expect(200);
    expect(await statusOf('secret-rotations')).toBe(403);
    await become('developer');
    await until(async () => (await statusOf('test')) === 202);
  });
});

describe('a message', () => {
  it('arrives signed by Standard Webhooks, and the delivery says how it went', async () => {
    const tenant = await Tenant.signUp(api);
    // A test reaches the endpoint whatever events it wants.
    const endpoint = await createEndpoint(tenant, { eventTypes: ['invoice.paid'] });
    const { messageId } = (await tenant.post(`${endpoint.path}/test`).expect(202)).body;
    await until(async () => (await deliveriesOf(tenant, endpoint, '?status=succeeded')).length === 1);
    const [message] = endpoint.receiver.verified(endpoint.secret);
    expect(message).toEqual({
      id: messageId,
      type: 'webhook.test',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      data: { endpointId: endpoint.id },
    });
    expect(endpoint.receiver.received[0]!.headers['content-type']).toBe('application/json');
    expect((await tenant.get('/v1/webhook-messages').expect(200)).body.data).toEqual([message]);
    const [delivery] = await deliveriesOf(tenant, endpoint);
    expect(delivery).toMatchObject({ messageId, type: 'webhook.test', attempt: 1, nextAttemptAt: null });
    expect(delivery.attempts).toMatchObject([{ attempt: 1, responseStatus: 200, error: null }]);
  });

  it('is sent again after five seconds with the same id and a new timestamp when it was not taken', async () => {
    const tenant = await Tenant.signUp(api);
    const endpoint = await createEndpoint(tenant);
    endpoint.receiver.answer = async () => ({ status: endpoint.receiver.received.length === 1 ? 503 : 204 });
    await tenant.post(`${endpoint.path}/test`).expect(202);
    await until(() => endpoint.receiver.received.length === 1);
    await until(async () => (await endpointOf(tenant, endpoint)).failingSince !== null);
    await until(async () => (await deliveriesOf(tenant, endpoint))[0].status === 'succeeded');
    const [first, second] = endpoint.receiver.received.map(({ headers }) => headers);
    expect(second!['webhook-id']).toBe(first!['webhook-id']);
    expect(Number(second!['webhook-timestamp'])).toBeGreaterThanOrEqual(Number(first!['webhook-timestamp']) + 5);
    const [{ attempts }] = await deliveriesOf(tenant, endpoint);
    expect(attempts).toMatchObject([{ responseStatus: 503 }, { responseStatus: 204, error: null }]);
    expect((await endpointOf(tenant, endpoint)).failingSince).toBeNull();
  });

  it('S24: is not sent on to where a redirect points', async () => {
    const tenant = await Tenant.signUp(api);
    const [endpoint, elsewhere] = [await createEndpoint(tenant), await startReceiver()];
    endpoint.receiver.answer = async () => ({ status: 307, location: elsewhere.url });
    await tenant.post(`${endpoint.path}/test`).expect(202);
    await until(async () => (await deliveriesOf(tenant, endpoint))[0].attempts.length === 1);
    const [{ status, attempts }] = await deliveriesOf(tenant, endpoint);
    expect([status, attempts[0].responseStatus]).toEqual(['pending', 307]);
    expect(elsewhere.received).toEqual([]);
  });

  it('is signed with the old secret too for a day after a rotation', async () => {
    const tenant = await Tenant.signUp(api);
    const endpoint = await createEndpoint(tenant);
    const { body } = await tenant.post(`${endpoint.path}/secret-rotations`).expect(201);
    const hours = (Date.parse(body.previousSecretExpiresAt) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThanOrEqual(24.01);
    await tenant.post(`${endpoint.path}/test`).expect(202);
    await until(() => endpoint.receiver.received.length === 1);
    expect(endpoint.receiver.received[0]!.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    for (const secret of [endpoint.secret, body.secret]) expect(endpoint.receiver.verified(secret)).toHaveLength(1);
    await owner.query('UPDATE webhook_endpoints SET previous_secret_expires_at = now() WHERE id = $1', [endpoint.id]);
    await tenant.post(`${endpoint.path}/test`).expect(202);
    await until(() => endpoint.receiver.received.length === 2);
    const { body: text, headers } = endpoint.receiver.received[1]!;
    expect(new Webhook(body.secret).verify(text, headers)).toBeTruthy();
    expect(() => new Webhook(endpoint.secret).verify(text, headers)).toThrow();
  });

  it('waits for no slow endpoint, which is sent two at a time', async () => {
    const tenant = await Tenant.signUp(api);
    const [slow, quick] = [await createEndpoint(tenant), await createEndpoint(tenant)];
    const isOver = Promise.withResolvers<void>();
    slow.receiver.answer = async () => {
      await isOver.promise;
      return { status: 200 };
    };
    for (let i = 0; i < 4; i++) await tenant.post(`${slow.path}/test`).expect(202);
    await until(() => slow.receiver.open === 2);
    await tenant.post(`${quick.path}/test`).expect(202);
    await until(() => quick.receiver.received.length === 1);
    expect(slow.receiver.open).toBe(2);
    isOver.resolve();
    await until(async () => (await deliveriesOf(tenant, slow, '?status=succeeded')).length === 4);
    expect(slow.receiver.openMost).toBe(2);
    expect(slow.receiver.received).toHaveLength(4);
  });

  it('waits for no organization whose endpoints never answer: eight of its deliveries are under way at most', async () => {
    const [bad, good] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const silent = await Promise.all(Array.from({ length: 6 }, () => createEndpoint(bad)));
    const isOver = Promise.withResolvers<void>();
    for (const { receiver } of silent) {
      receiver.answer = async () => {
        await isOver.promise;
        return { status: 200 };
      };
    }
    for (const { path: each } of silent) for (let i = 0; i < 2; i++) await bad.post(`${each}/test`).expect(202);
    const open = () => silent.reduce((sum, { receiver }) => sum + receiver.open, 0);
    await until(() => open() === 8);
    const quick = await createEndpoint(good);
    await good.post(`${quick.path}/test`).expect(202);
    await until(() => quick.receiver.received.length === 1);
    expect(open()).toBe(8);
    isOver.resolve();
    await until(() => silent.every(({ receiver }) => receiver.received.length === 2));
  });
});

describe('a delivery whose worker', () => {
  const expireLease = (endpoint: Endpoint) =>
    owner.query(`UPDATE webhook_deliveries SET lease_expires_at = now() - interval '1 second' WHERE endpoint_id = $1`, [
      endpoint.id,
    ]);

  it('is killed before it could write down the answer is sent again, by the same id', async () => {
    const tenant = await Tenant.signUp(api);
    const endpoint = await createEndpoint(tenant);
    await withOwnWorker({}, async (ours) => {
      endpoint.receiver.answer = async () => {
        if (endpoint.receiver.received.length === 1) ours.kill('SIGKILL');
        return { status: 200 };
      };
      await tenant.post(`${endpoint.path}/test`).expect(202);
      await until(() => endpoint.receiver.received.length === 1 && ours.signalCode === 'SIGKILL');
      expect((await deliveriesOf(tenant, endpoint))[0].status).toBe('pending');
      await expireLease(endpoint);
    });
    await until(async () => (await deliveriesOf(tenant, endpoint))[0].status === 'succeeded');
    const ids = endpoint.receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('was thought dead keeps the outcome of the one that took over', async () => {
    const tenant = await Tenant.signUp(api);
    const endpoint = await createEndpoint(tenant);
    const isOver = Promise.withResolvers<void>();
    endpoint.receiver.answer = async () => {
      if (endpoint.receiver.received.length > 1) return { status: 200 };
      await isOver.promise;
      return { status: 500 };
    };
    await tenant.post(`${endpoint.path}/test`).expect(202);
    await until(() => endpoint.receiver.received.length === 1);
    // As another worker takes it over and falls silent too: the first one no longer extends the lease.
    await owner.query(
      `UPDATE webhook_deliveries SET attempt = attempt + 1, lease_expires_at = now() - interval '1 second' WHERE endpoint_id = $1`,
      [endpoint.id],
    );
    await until(async () => (await deliveriesOf(tenant, endpoint))[0].status === 'succeeded');
    const before = await deliveriesOf(tenant, endpoint);
    isOver.resolve();
    await until(() => endpoint.receiver.open === 0);
    await sleep(1_000);
    expect(await deliveriesOf(tenant, endpoint)).toEqual(before);
    expect((await endpointOf(tenant, endpoint)).failingSince).toBeNull();
  });
});

describe('a delivery that failed', () => {
  /** As after nine tries in vain. */
  const toLastTry = (endpoint: Endpoint) =>
    owner.query(
      `UPDATE webhook_deliveries SET tries = 9, next_attempt_at = now() WHERE endpoint_id = $1 AND status = 'pending'`,
      [endpoint.id],
    );

  /** Sends a test that is refused, to the end of its retries. */
  async function failOne(tenant: Tenant, endpoint: Endpoint, status = 500): Promise<void> {
    endpoint.receiver.answer = async () => ({ status });
    const count = (await deliveriesOf(tenant, endpoint, '?status=failed')).length;
    await tenant.post(`${endpoint.path}/test`).expect(202);
    await until(async () => (await deliveriesOf(tenant, endpoint))[0].attempts.length > 0);
    await toLastTry(endpoint);
    await until(async () => (await deliveriesOf(tenant, endpoint, '?status=failed')).length > count);
  }

  it('ten times is given up; it can be replayed by itself, and with all that failed since a time', async () => {
    const tenant = await Tenant.signUp(api);
    const endpoint = await createEndpoint(tenant);
    await failOne(tenant, endpoint);
    const since = new Date().toISOString();
    await failOne(tenant, endpoint);
    await failOne(tenant, endpoint);
    endpoint.receiver.answer = async () => ({ status: 200 });
    const [, , first] = await deliveriesOf(tenant, endpoint);
    await tenant.post(`/v1/webhook-deliveries/${first.id}/replay`).expect(202);
    await until(async () => (await deliveriesOf(tenant, endpoint, '?status=succeeded')).length === 1);
    const { body } = await tenant.post(`${endpoint.path}/replays`, { since }).expect(202);
    expect(body).toEqual({ queued: 2 });
    await until(async () => (await deliveriesOf(tenant, endpoint, '?status=succeeded')).length === 3);
    const last = endpoint.receiver.received.slice(-3).map(({ headers }) => headers['webhook-id']);
    expect(last).toContain(first.messageId);
    expect(new Set(last).size).toBe(3);
  });

  it('with 410 disables its endpoint at once, which the owner and those who pay learn by mail', async () => {
    const [tenant, payer, viewer] = [await Tenant.signUp(api), await Tenant.signUp(api), await Tenant.signUp(api)];
    const { organization } = (await tenant.get('/v1/me')).body;
    for (const [member, role] of [
      [payer, 'billing'],
      [viewer, 'viewer'],
    ] as const) {
      await owner.query(
        `INSERT INTO memberships (tenant_id, user_id, role) SELECT $1, id, $2::role FROM users WHERE email = $3`,
        [organization.id, role, member.email],
      );
    }
    const endpoint = await createEndpoint(tenant);
    endpoint.receiver.answer = async () => ({ status: 410 });
    await tenant.post(`${endpoint.path}/test`).expect(202);
    await until(async () => (await endpointOf(tenant, endpoint)).isEnabled === false);
    expect((await endpointOf(tenant, endpoint)).disabledReason).toMatch(/410/);
    expect((await deliveriesOf(tenant, endpoint))[0].status).toBe('failed');
    await until(() => mailsTo(tenant).length === 1 && mailsTo(payer).length === 1);
    expect(mailsTo(tenant)[0]).toContain(endpoint.receiver.url);
    expect(mailsTo(viewer)).toEqual([]);
    const statuses = async () =>
      (
        await owner.query(`SELECT status FROM emails WHERE tenant_id = $1 AND template = 'webhook_disabled'`, [
          organization.id,
        ])
      ).rows.map(({ status }) => status);
    // The mail server has them a moment before that is written down.
    await until(async () => (await statuses()).join() === 'sent,sent');

    const { body } = await tenant.post(`${endpoint.path}/test`).expect(409);
    expect(body.code).toBe('webhook_endpoint_disabled');
    await tenant.patch(endpoint.path, { isEnabled: true }).expect(200);
    endpoint.receiver.answer = async () => ({ status: 200 });
    await tenant.post(`${endpoint.path}/replays`, { since: '2020-01-01T00:00:00+02:00' }).expect(202);
    await until(async () => (await deliveriesOf(tenant, endpoint))[0].status === 'succeeded');
  });

  it('disables its endpoint when nothing arrived there for five days, and gives up what waits', async () => {
    const tenant = await Tenant.signUp(api);
    const endpoint = await createEndpoint(tenant);
    const failingFor = (days: number) =>
      owner.query(`UPDATE webhook_endpoints SET failing_since = now() - make_interval(days => $1) WHERE id = $2`, [
        days,
        endpoint.id,
      ]);
    await failingFor(4);
    await failOne(tenant, endpoint);
    expect((await endpointOf(tenant, endpoint)).isEnabled).toBe(true);
    await failingFor(5);
    await tenant.post(`${endpoint.path}/test`).expect(202);
    await until(async () => (await deliveriesOf(tenant, endpoint))[0].attempts.length === 1);
    await failOne(tenant, endpoint);
    await until(async () => !(await endpointOf(tenant, endpoint)).isEnabled);
    expect((await deliveriesOf(tenant, endpoint)).map(({ status }: { status: string }) => status)).toEqual(
      Array(3).fill('failed'),
    );
    await until(() => mailsTo(tenant).length === 1);
  });
});

describe('a training job tells that it', () => {
  async function model(tenant: Tenant) {
    const projectId = await tenant.createProject();
    const interactionsDataSetId = await tenant.createDataSet(projectId, 'interactions');
    await tenant.upload(projectId, interactionsDataSetId, tasteCsv());
    const body = { name: 'Model', recipe: 'popularity', sources: { interactions: interactionsDataSetId } };
    const modelId = (await tenant.post(`/v1/projects/${projectId}/models`, body).expect(201)).body.id;
    const jobs = `/v1/projects/${projectId}/models/${modelId}/training-jobs`;
    const queue = async () => (await tenant.post(jobs).expect(202)).body.id as string;
    return { projectId, modelId, queue, jobPath: (id: string) => `/v1/projects/${projectId}/training-jobs/${id}` };
  }

  it('succeeded, to the endpoints that want to know', async () => {
    const tenant = await Tenant.signUp(api);
    const [all, failures] = [
      await createEndpoint(tenant),
      await createEndpoint(tenant, { eventTypes: ['training_job.failed'] }),
    ];
    const { projectId, modelId, queue, jobPath } = await model(tenant);
    const trainingJobId = await queue();
    const { modelVersionIds } = await tenant.waitFor(jobPath(trainingJobId));
    await until(() => all.receiver.received.length === 1);
    const [event] = all.receiver.verified(all.secret, 'training_job.succeeded');
    expect(event!.data).toEqual({ trainingJobId, projectId, modelId, modelVersionIds });
    expect(await deliveriesOf(tenant, failures)).toEqual([]);
  });

  it('was cancelled, and that it failed: when it was given up, and when its workers vanished', async () => {
    const tenant = await Tenant.signUp(api);
    const endpoint = await createEndpoint(tenant);
    const { projectId, modelId, queue, jobPath } = await model(tenant);
    const done = await queue();
    expect((await tenant.waitFor(jobPath(done))).status).toBe('succeeded');
    // In a pool that no worker takes.
    const queueForNobody = async (): Promise<string> => {
      const { rows } = await owner.query(
        `INSERT INTO training_jobs (tenant_id, id, project_id, model_id, pool)
         SELECT tenant_id, gen_random_uuid(), project_id, model_id, 'none'
         FROM training_jobs WHERE id = $1 RETURNING id`,
        [done],
      );
      return rows[0].id;
    };
    const cancelled = await queueForNobody();
    await tenant.post(`${jobPath(cancelled)}/cancel`).expect(200);
    await tenant.post(`${jobPath(cancelled)}/cancel`).expect(409);
    const lost = await queueForNobody();
    await owner.query(
      `UPDATE training_jobs SET status = 'running', losses = 9, lease_expires_at = now() - interval '1 second' WHERE id = $1`,
      [lost],
    );
    await owner.query(
      `UPDATE imports SET content_key = 'gone' WHERE tenant_id = (SELECT tenant_id FROM models WHERE id = $1)`,
      [modelId],
    );
    expect((await tenant.waitFor(jobPath(lost))).status).toBe('failed');
    const givenUp = await queue();
    for (const id of [lost, givenUp]) expect((await tenant.waitFor(jobPath(id))).status).toBe('failed');
    await until(() => endpoint.receiver.received.length === 4);
    const events = endpoint.receiver.verified(endpoint.secret);
    const told = (trainingJobId: string) => ({ trainingJobId, projectId, modelId });
    expect(events.find(({ type }) => type === 'training_job.cancelled')!.data).toEqual(told(cancelled));
    for (const id of [lost, givenUp]) {
      const { data } = events.find((event) => event.data.trainingJobId === id)!;
      const { failureReason } = (await tenant.get(jobPath(id)).expect(200)).body;
      expect(data).toEqual({ ...told(id), failureKind: 'gave_up', failureReason });
    }
  });
});

describe('a mail', () => {
  it('that the mail server does not take is tried again later, eight times in all, then given up', async () => {
    const tenant = await Tenant.signUp(api);
    const id = crypto.randomUUID();
    const emailOf = async () => (await owner.query('SELECT * FROM emails WHERE id = $1', [id])).rows[0];
    const makeDue = () => owner.query('UPDATE emails SET next_attempt_at = now() WHERE id = $1', [id]);
    // Nothing listens there.
    await withOwnWorker({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'Kindred <x@kindred.example>' }, async () => {
      await owner.query(
        `INSERT INTO emails (tenant_id, id, recipient_id, subject, text) SELECT tenant_id, $1, user_id, 'Subject', 'Text'
         FROM memberships JOIN users ON users.id = user_id WHERE email = $2`,
        [id, tenant.email],
      );
      const hasFailed = async (attempt: number) => {
        const email = await emailOf();
        return email.attempt === attempt && email.lease_expires_at === null;
      };
      await until(() => hasFailed(1));
      const { status, next_attempt_at: next } = await emailOf();
      expect(status).toBe('queued');
      expect(next.getTime()).toBeGreaterThan(Date.now());
      await owner.query('UPDATE emails SET attempt = 7 WHERE id = $1', [id]);
      await makeDue();
      await until(async () => (await emailOf()).status === 'failed');
    });
    expect(await emailOf()).toMatchObject({ attempt: 8, sent_at: null });
    expect(mailsTo(tenant)).toEqual([]);
  });
});

it('S41: messages with their deliveries, and mails, are kept for 30 days', async () => {
  const tenant = await Tenant.signUp(api);
  const endpoint = await createEndpoint(tenant);
  await tenant.post(`${endpoint.path}/test`).expect(202);
  await tenant.post(`${endpoint.path}/test`).expect(202);
  await until(async () => (await deliveriesOf(tenant, endpoint, '?status=succeeded')).length === 2);
  const [young, old] = await deliveriesOf(tenant, endpoint);
  const mails = await owner.query(
    `INSERT INTO emails (tenant_id, id, recipient_id, subject, text, status, created_at)
     SELECT tenant_id, gen_random_uuid(), user_id, 'Subject', 'Text', 'failed', now() - days * interval '1 day'
     FROM memberships JOIN users ON users.id = user_id, unnest(ARRAY[29, 31]) days WHERE email = $1 ORDER BY days RETURNING id`,
    [tenant.email],
  );
  await owner.query(`UPDATE webhook_messages SET created_at = now() - interval '31 days' WHERE id = $1`, [
    old.messageId,
  ]);
  // A worker deletes what is old when it starts, and then every hour.
  const ids = mails.rows.map(({ id }) => id);
  const left = async () => (await owner.query('SELECT id FROM emails WHERE id = ANY ($1)', [ids])).rows;
  await withOutboxWorker(inject('appUrl'), inject('dataDirectory'), {}, () =>
    until(async () => (await deliveriesOf(tenant, endpoint)).length === 1 && (await left()).length === 1),
  );
  expect((await deliveriesOf(tenant, endpoint))[0].id).toBe(young.id);
  expect(await left()).toEqual([{ id: ids[0] }]);
});
