import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { BillingRepository } from '../../libs/features/billing/index.js';
import { OverdueSubscriptions } from '../../libs/features/billing/overdue-subscriptions.js';
import { SubscriptionFollower } from '../../libs/features/billing/subscription-follower.js';
import { NotificationsService } from '../../libs/features/notifications/index.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import { Database } from '../../libs/platform/database/database.js';
import { startApi, tasteCsv, Tenant, type TestApi, until, WEBHOOK_SECRET, withKey } from '../factories/api.js';
import { logInOperator } from '../factories/members.js';

const DAY_MS = 86_400_000;
const folder = mkdtempSync(path.join(tmpdir(), 'kindred-stripe-'));

let api: TestApi;
let localStripe: FastifyInstance;
let stripeUrl: string;
let stripe: Stripe;
let owner: pg.Client;
let operator: Tenant;
beforeAll(async () => {
  const port = await freePort();
  stripeUrl = `http://127.0.0.1:${port}`;
  api = await startApi({ STRIPE_API_URL: stripeUrl, PUBLIC_URL: 'http://localhost:3000' });
  const webhookUrl = `${api.url}/v1/billing/stripe/webhook`;
  const file = path.join(folder, 'stripe.db');
  localStripe = await startLocalStripe({ file, port, webhookUrl, webhookSecret: WEBHOOK_SECRET });
  stripe = new Stripe('sk_test_none', { host: '127.0.0.1', port: String(port), protocol: 'http' });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
});
afterAll(async () => {
  await Promise.all([api.close(), localStripe.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

const get = <T>(type: abstract new (...args: any[]) => T): T => api.app.get(type as never, { strict: false });
const upcoming = async (tenant: Tenant) => (await tenant.get('/v1/billing/invoices/upcoming').expect(200)).body;
const idOf = async (tenant: Tenant): Promise<string> => (await tenant.get('/v1/me')).body.organization.id;

/** What a worker does, and another one at the same time. */
async function look(): Promise<void> {
  const worker = () =>
    new OverdueSubscriptions(
      get(Database),
      new BillingRepository(),
      get(NotificationsService),
      get(SubscriptionFollower),
      stripe,
      get(Clock),
    )['work']();
  await Promise.all([worker(), worker()]);
}

/** An organization on Pro, whose payment failed that many days ago. */
async function subscribe(): Promise<{ tenant: Tenant; id: string; failedFor: (days: number) => Promise<void> }> {
  const tenant = await Tenant.signUp(api, 'Late shop');
  const { url } = (await tenant.post('/v1/billing/checkout-sessions', { plan: 'pro' }).expect(201)).body;
  await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ number: '4242 4242 4242 4242' }),
    redirect: 'manual',
  });
  await until(async () => (await upcoming(tenant)).plan.key === 'pro');
  const id = await idOf(tenant);
  // What Stripe told of the payment is followed by then, and sets nothing back.
  await until(async () => {
    const { undelivered } = (await (await fetch(`${stripeUrl}/_clock`)).json()) as { undelivered: number };
    const open = 'SELECT FROM stripe_events WHERE effect IS NULL AND tenant_id = $1';
    const { rowCount } = await owner.query(open, [id]);
    return undelivered === 0 && rowCount === 0;
  });
  await failAtStripe(id);
  const failedFor = async (days: number) => {
    await owner.query(
      `UPDATE subscriptions SET status = 'past_due', overdue_since = $2, overdue_stage = coalesce(overdue_stage, 'grace') WHERE tenant_id = $1`,
      [id, new Date(Date.now() - days * DAY_MS)],
    );
    await look();
  };
  return { tenant, id, failedFor };
}

/** What Stripe says by then: that nothing is paid. */
async function failAtStripe(id: string, status = 'past_due'): Promise<void> {
  const { rows } = await owner.query('SELECT stripe_subscription_id AS id FROM subscriptions WHERE tenant_id = $1', [
    id,
  ]);
  const database = new DatabaseSync(path.join(folder, 'stripe.db'));
  database.prepare(`UPDATE objects SET json = json_set(json, '$.status', ?) WHERE id = ?`).run(status, rows[0].id);
  database.close();
}

const tellings = async (id: string) =>
  (
    await owner.query(
      `SELECT values->>'stage' AS stage FROM emails WHERE tenant_id = $1 AND template = 'payment_overdue' ORDER BY id`,
      [id],
    )
  ).rows.map(({ stage }) => stage);

it('who deletes the organization without having paid for the month gets no credit for it', async () => {
  const { tenant, id } = await subscribe();
  await tenant.post('/v1/organization/deletion', { name: 'Late shop' }).expect(202);
  await until(async () => (await upcoming(tenant)).plan.key === 'free');
  const { rows } = await owner.query('SELECT stripe_customer_id AS id FROM organizations WHERE id = $1', [id]);
  expect(await stripe.customers.retrieve(rows[0].id)).toMatchObject({ balance: 0 });
});

it('who does not pay first starts no job, then changes and calls nothing, is told of each step once, and goes on at once where it pays', async () => {
  const { tenant, id, failedFor } = await subscribe();
  const live = await tenant.deploy();
  const { key } = await tenant.createKey(live.projectId);
  const call = () =>
    withKey(api, key).post(`/v1/deployments/${live.deploymentId}/recommendations`, { userId: 'user-1' });
  const train = () => tenant.post(`/v1/projects/${live.projectId}/models/${live.modelId}/training-jobs`);
  const upload = () =>
    tenant.put(`/v1/projects/${live.projectId}/data-sets/${live.interactionsDataSetId}/content`, tasteCsv(5, 5));
  const rename = (name: string) => tenant.patch(`/v1/projects/${live.projectId}`, { name });

  await failedFor(6.9);
  expect((await upcoming(tenant)).overdue).toMatchObject({ stage: 'grace' });
  await call().expect(200);
  await rename('In grace').expect(200);
  expect(await tellings(id)).toEqual([]);

  await failedFor(7.1);
  await until(async () => (await train()).status === 402);
  expect((await upload().expect(402)).body.code).toBe('payment_overdue');
  await call().expect(200);
  await rename('Restricted').expect(200);
  await look();
  expect(await tellings(id)).toEqual(['restricted']);

  await failedFor(14.1);
  await until(async () => (await call()).status === 402);
  expect((await rename('Read only').expect(402)).body.detail).toContain('Pay the open invoice');
  await tenant.get(`/v1/projects/${live.projectId}/models`).expect(200);
  await tenant.post('/v1/billing/portal-sessions').expect(201);
  // No debt is escaped by another plan.
  for (const attempt of [
    tenant.put('/v1/billing/plan', { plan: 'free' }),
    tenant.put('/v1/billing/plan', { plan: 'scale' }),
    tenant.post('/v1/billing/checkout-sessions', { plan: 'scale' }),
  ])
    expect((await attempt.expect(409)).body.code).toBe('payment_first');
  const { overdue } = await upcoming(tenant);
  expect(Date.parse(overdue.until) - Date.now()).toBeGreaterThan(13 * DAY_MS);
  expect(await tellings(id)).toEqual(['restricted', 'read_only']);
  const { data } = (await tenant.get('/v1/audit-events?action=subscription.overdue').expect(200)).body;
  expect(data.map(({ after }: any) => after.stage)).toEqual(['read_only', 'restricted']);

  // Stripe says that it is paid.
  await failAtStripe(id, 'active');
  const { rows } = await owner.query('SELECT stripe_customer_id AS customer FROM organizations WHERE id = $1', [id]);
  await get(SubscriptionFollower).follow(id, rows[0].customer);
  expect((await upcoming(tenant)).overdue).toBeNull();
  await until(async () => (await call()).status === 200);
  await rename('Paid').expect(200);
});

it('an invoice of usage that Stripe could not collect for a day counts as a failed payment, and its payment as one made', async () => {
  const { tenant, id } = await subscribe();
  await failAtStripe(id, 'active');
  await owner.query(
    `INSERT INTO invoices (tenant_id, id, number, status, currency, period_start, period_end, plan_name, billed_to, total_minor, created_at, issued_at, stripe_invoice_id)
     SELECT $1, $1, $2, 'open', 'usd', starts_at, ends_at, 'Pro', 'Late shop', 100, now(), now() - interval '8 days', $2 FROM billing_periods WHERE tenant_id = $1 LIMIT 1`,
    [id, `in_${id}`],
  );
  await look();
  expect((await upcoming(tenant)).overdue).toMatchObject({ stage: 'restricted' });
  // What Stripe says of the subscription, which is paid, does not forgive it.
  const { rows } = await owner.query('SELECT stripe_customer_id AS customer FROM organizations WHERE id = $1', [id]);
  await get(SubscriptionFollower).follow(id, rows[0].customer);
  expect((await upcoming(tenant)).overdue).toMatchObject({ stage: 'restricted' });
  await owner.query(`UPDATE invoices SET status = 'paid', paid_at = now() WHERE tenant_id = $1 AND status = 'open'`, [
    id,
  ]);
  await look();
  expect((await upcoming(tenant)).overdue).toBeNull();
});

it('whoever has not paid for four weeks is on Free, and keeps what they have', async () => {
  const { tenant, id, failedFor } = await subscribe();
  const live = await tenant.deploy();
  const { rows } = await owner.query('SELECT stripe_subscription_id AS id FROM subscriptions WHERE tenant_id = $1', [
    id,
  ]);
  await failedFor(28.1);
  expect((await stripe.subscriptions.retrieve(rows[0].id)).status).toBe('canceled');
  expect(await upcoming(tenant)).toMatchObject({ plan: { key: 'free' }, status: 'active', overdue: null });
  await tenant.get(`/v1/projects/${live.projectId}/deployments/${live.deploymentId}`).expect(200);
  await look();
});

const listed = async (query = '') => (await operator.get(`/v1/admin/overdue-organizations${query}`).expect(200)).body;
const rowOf = async (id: string, query?: string) =>
  (await listed(query)).data.find(({ organization }: any) => organization.id === id);
const customerOf = async (id: string): Promise<string> =>
  (await owner.query('SELECT stripe_customer_id AS customer FROM organizations WHERE id = $1', [id])).rows[0].customer;

/** One of Stripe's own, as for a fee, that its card does not pay. */
async function failToPay(id: string, amount: number): Promise<string> {
  const customer = await customerOf(id);
  const card = (await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer })).id;
  const invoice = await stripe.invoices.create({ customer, auto_advance: false, default_payment_method: card });
  await stripe.invoiceItems.create({ customer, invoice: invoice.id!, amount, currency: 'usd' });
  await stripe.invoices.finalizeInvoice(invoice.id!, { auto_advance: false });
  await expect(stripe.invoices.pay(invoice.id!)).rejects.toThrow(/declined/);
  return invoice.id!;
}

/** One of ours that Stripe is to collect: of 100 cents, 40 of which are credited. */
async function addOpenInvoice(id: string): Promise<void> {
  await owner.query(
    `INSERT INTO invoices (tenant_id, id, number, status, currency, period_start, period_end, plan_name, billed_to, total_minor, created_at, issued_at, stripe_invoice_id)
     SELECT $1, $1, $2, 'open', 'eur', starts_at, ends_at, 'Pro', 'Late shop', 100, now(), now() - interval '2 hours', $2 FROM billing_periods WHERE tenant_id = $1 LIMIT 1`,
    [id, `in_${id}`],
  );
  await owner.query(
    `INSERT INTO credit_notes (tenant_id, id, invoice_id, kind, status, number, amount_minor, reason, needs_second, proposed_by, proposed_at, expires_at, decided_by, decided_at)
     VALUES ($1, $1, $1, 'credit', 'issued', $2, 40, 'Counted twice', false, $1, now(), now(), $1, now())`,
    [id, `CN-${id}`],
  );
}

it('an operator sees who has not paid, since when, what they owe by currency, why the card was refused, what they were told, and what comes next', async () => {
  const { id, failedFor } = await subscribe();
  const stripeInvoiceId = await failToPay(id, 4_900);
  const failures = `SELECT FROM emails WHERE tenant_id = $1 AND template = 'payment_failed'`;
  // Told before the stage is, as it would be days earlier.
  await until(async () => (await owner.query(failures, [id])).rowCount === 1);
  await addOpenInvoice(id);
  await failedFor(7.1);
  await until(async () => (await rowOf(id))?.failure && (await rowOf(id)).due.length === 2);
  const row = await rowOf(id);
  expect(row).toMatchObject({
    stage: 'restricted',
    next: { stage: 'read_only' },
    isRenewal: true,
    graceUntil: null,
    due: [
      { currency: 'eur', amount: '0.60' },
      { currency: 'usd', amount: '49.00' },
    ],
    failure: { code: 'card_declined', message: expect.stringContaining('declined') },
    lastMail: { template: 'payment_overdue' },
    remindedAt: null,
  });
  expect(Date.parse(row.next.at) - Date.parse(row.since)).toBe(14 * DAY_MS);
  expect(row.invoices.map((each: any) => [each.stripeInvoiceId, each.id, each.due]).sort()).toEqual(
    [
      [`in_${id}`, id, '0.60'],
      [stripeInvoiceId, null, '49.00'],
    ].sort(),
  );
  expect(await rowOf(id, '?stage=grace')).toBeUndefined();
  const { stages } = await listed();
  const { organizations, due } = stages.find(({ stage }: any) => stage === 'restricted');
  expect([organizations, due.length]).toEqual([1, 2]);
  const csv = (await operator.get('/v1/admin/overdue-organizations.csv?stage=restricted').expect(200)).text;
  expect(csv.split('\n').filter((line) => line.includes(id))).toEqual([
    expect.stringMatching(/,restricted,.*,read_only,.*,eur,0\.60,/),
    expect.stringMatching(/,restricted,.*,read_only,.*,usd,49\.00,/),
  ]);

  // What is paid at Stripe in another way is owed no more.
  await stripe.invoices.pay(stripeInvoiceId, { paid_out_of_band: true });
  await until(async () => (await rowOf(id)).due.length === 1);
});

it('who owes for longest, or most in any one currency, comes first', async () => {
  const [old, dear] = [await subscribe(), await subscribe()];
  await failToPay(old.id, 1_000);
  await failToPay(dear.id, 90_000);
  await dear.failedFor(1);
  await old.failedFor(2);
  await until(async () => (await rowOf(old.id)).due.length > 0 && (await rowOf(dear.id)).due.length > 0);
  const order = async (sort: string) =>
    (await listed(`?sort=${sort}&stage=grace`)).data
      .map(({ organization }: any) => organization.id)
      .filter((id: string) => id === old.id || id === dear.id);
  expect(await order('age')).toEqual([old.id, dear.id]);
  expect(await order('amount')).toEqual([dear.id, old.id]);
});

it('whom an operator gives more time goes on as before until then, is taken from stage to stage from there, and what was given ends with the debt', async () => {
  const { tenant, id, failedFor } = await subscribe();
  const projectId = await tenant.createProject();
  const rename = () => tenant.patch(`/v1/projects/${projectId}`, { name: `At ${Date.now()}` });
  await failedFor(14.1);
  await until(async () => (await rename()).status === 402);
  const give = (days: number, reason = 'Their bank changes the card this week.') =>
    operator.put(`/v1/admin/organizations/${id}/payment-grace`, {
      until: new Date(Date.now() + days * DAY_MS).toISOString(),
      reason,
    });
  expect((await give(-1).expect(400)).body).toMatchObject({
    code: 'grace_out_of_range',
    detail: expect.stringContaining('30 days'),
  });
  await give(30.1).expect(400);
  await give(10, 'short').expect(400);
  const { body } = await give(10).expect(200);
  expect(body).toMatchObject({ stage: 'grace', next: { stage: 'restricted', at: body.graceUntil } });
  await until(async () => (await rename()).status === 200);
  expect((await upcoming(tenant)).overdue).toEqual({ stage: 'grace', until: body.graceUntil });
  // No worker takes it back.
  await look();
  expect(await rowOf(id)).toMatchObject({ stage: 'grace', graceUntil: body.graceUntil });
  await give(9).expect(400);
  const { data } = (await tenant.get('/v1/audit-events?action=subscription.grace_extended').expect(200)).body;
  expect(data).toMatchObject([{ before: { stage: 'read_only' }, after: { reason: expect.stringContaining('bank') } }]);

  // The days that follow count from where it ends: a minute after it restricted, and ended 21 days after it.
  const endedFor = async (days: number) => {
    await owner.query(
      `UPDATE subscriptions SET overdue_grace_until = $2, overdue_since = $2::timestamptz - interval '24 days' WHERE tenant_id = $1`,
      [id, new Date(Date.now() - days * DAY_MS - 60_000)],
    );
    await look();
    return (await upcoming(tenant)).overdue?.stage;
  };
  expect(await endedFor(0)).toBe('restricted');
  expect(await endedFor(6.9)).toBe('restricted');
  expect(await endedFor(7)).toBe('read_only');
  expect(await endedFor(20.9)).toBe('read_only');
  expect(await endedFor(21)).toBeUndefined();
  const { rows } = await owner.query(
    'SELECT overdue_since, overdue_grace_until FROM subscriptions WHERE tenant_id = $1',
    [id],
  );
  expect(rows).toEqual([{ overdue_since: null, overdue_grace_until: null }]);
  expect((await give(10).expect(409)).body.code).toBe('nothing_overdue');
  await operator
    .put(`/v1/admin/organizations/${crypto.randomUUID()}/payment-grace`, {
      until: new Date(Date.now() + DAY_MS).toISOString(),
      reason: 'Of nobody that there is.',
    })
    .expect(404);
});

it('time that is given while workers take the next step is kept, whoever comes first', async () => {
  for (let round = 0; round < 5; round++) {
    const { id } = await subscribe();
    await owner.query(
      `UPDATE subscriptions SET status = 'past_due', overdue_since = now() - interval '8 days', overdue_stage = 'grace' WHERE tenant_id = $1`,
      [id],
    );
    const graceUntil = new Date(Date.now() + 5 * DAY_MS).toISOString();
    const give = operator
      .put(`/v1/admin/organizations/${id}/payment-grace`, { until: graceUntil, reason: 'Given at the same moment.' })
      .expect(200);
    await Promise.all([look(), give]);
    await look();
    expect(await rowOf(id)).toMatchObject({ stage: 'grace', graceUntil });
  }
});

it('a reminder is mailed in the words of the stage, once a day at most, two operators at the same time too', async () => {
  const { tenant, id, failedFor } = await subscribe();
  const remind = () => operator.post(`/v1/admin/organizations/${id}/payment-reminders`);
  expect((await remind().expect(409)).body.code).toBe('nothing_overdue');
  await failedFor(1);
  const answers = await Promise.all([remind(), remind()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 429]);
  const refused = answers.find(({ status }) => status === 429)!;
  expect(refused.body.code).toBe('reminded_already');
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(86_000);
  expect(await tellings(id)).toEqual(['grace']);
  expect((await rowOf(id)).remindedAt).not.toBeNull();
  await owner.query(`UPDATE subscriptions SET overdue_reminded_at = now() - interval '25 hours' WHERE tenant_id = $1`, [
    id,
  ]);
  await remind().expect(200);
  expect(await tellings(id)).toEqual(['grace', 'grace']);
  const { data } = (await tenant.get('/v1/audit-events?action=subscription.reminded').expect(200)).body;
  expect(data).toHaveLength(2);
});
