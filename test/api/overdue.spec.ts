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

const DAY_MS = 86_400_000;
const folder = mkdtempSync(path.join(tmpdir(), 'kindred-stripe-'));

let api: TestApi;
let localStripe: FastifyInstance;
let stripe: Stripe;
let owner: pg.Client;
beforeAll(async () => {
  const port = await freePort();
  api = await startApi({ STRIPE_API_URL: `http://127.0.0.1:${port}`, PUBLIC_URL: 'http://localhost:3000' });
  const webhookUrl = `${api.url}/v1/billing/stripe/webhook`;
  const file = path.join(folder, 'stripe.db');
  localStripe = await startLocalStripe({ file, port, webhookUrl, webhookSecret: WEBHOOK_SECRET });
  stripe = new Stripe('sk_test_none', { host: '127.0.0.1', port: String(port), protocol: 'http' });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
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
