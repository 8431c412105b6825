import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import Stripe from 'stripe';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { SubscriptionFollower } from '../../libs/features/billing/index.js';
import { InvoiceWriter } from '../../libs/features/invoices/invoice-writer.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import { migrate } from '../../libs/platform/database/migrate.js';
import { sessionCookie, startApi, Tenant, type TestApi, until, WEBHOOK_SECRET } from '../factories/api.js';
import { construct } from '../factories/construct.js';
import { KINDRED_SECRET } from '../factories/platform.setup.js';
import { addUsage } from '../factories/usage.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-trials-'));
const DAY_MS = 86_400_000;
/** Of each plan. */
const DAYS: Record<string, number> = { pro: 14, scale: 2 };

let api: TestApi;
let localStripe: FastifyInstance;
let stripeUrl: string;
let stripe: Stripe;
let owner: pg.Client;

beforeAll(async () => {
  const port = await freePort();
  stripeUrl = `http://127.0.0.1:${port}`;
  // A database of its own, as all others sell plans without a trial.
  const ownerUrl = new URL(inject('ownerUrl'));
  ownerUrl.pathname = '/trials';
  const appUrl = await migrate(ownerUrl.href, KINDRED_SECRET);
  api = await startApi({ DATABASE_URL: appUrl, STRIPE_API_URL: stripeUrl, PUBLIC_URL: 'http://localhost:3000' });
  const webhookUrl = `${api.url}/v1/billing/stripe/webhook`;
  localStripe = await startLocalStripe({
    file: path.join(folder, 'stripe.db'),
    port,
    webhookUrl,
    webhookSecret: WEBHOOK_SECRET,
  });
  stripe = new Stripe('sk_test_none', { host: '127.0.0.1', port: String(port), protocol: 'http' });
  owner = new pg.Client({ connectionString: ownerUrl.href });
  await owner.connect();
  for (const [plan, days] of Object.entries(DAYS))
    await owner.query(`UPDATE price_versions SET trial_days = $2 WHERE plan_key = $1 AND currency = 'usd'`, [
      plan,
      days,
    ]);
});
afterAll(async () => {
  await Promise.all([api.close(), localStripe.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

const upcoming = async (tenant: Tenant) => (await tenant.get('/v1/billing/invoices/upcoming').expect(200)).body;
const change = (tenant: Tenant, plan: string) => tenant.put('/v1/billing/plan', { plan });
const trialDaysOf = async (tenant: Tenant) =>
  (await tenant.get('/v1/billing/plans').expect(200)).body.plans.map(({ trialDays }: any) => trialDays);
const checkOut = async (tenant: Tenant, plan: string): Promise<string> =>
  (await tenant.post('/v1/billing/checkout-sessions', { plan }).expect(201)).body.url;
let cards = 0;
/** A card that nobody has had, with the right last digit. */
function newCard(): string {
  const digits = `424242${String(++cards).padStart(9, '0')}`;
  const sum = [...digits].toReversed().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
const complete = (url: string, number = newCard()) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ number }), redirect: 'manual' });

async function subscribe(plan: string): Promise<Tenant> {
  const tenant = await Tenant.signUp(api);
  await complete(await checkOut(tenant, plan));
  await until(async () => (await upcoming(tenant)).plan.key === plan);
  return tenant;
}

async function rowOf(tenant: Tenant) {
  const { organization } = (await tenant.get('/v1/me').expect(200)).body;
  const { rows } = await owner.query(
    `SELECT id, stripe_customer_id AS customer, stripe_subscription_id AS subscription, anchor_at AS anchor
     FROM organizations JOIN subscriptions ON tenant_id = id WHERE id = $1`,
    [organization.id],
  );
  return rows[0] as { id: string; customer: string; subscription: string; anchor: Date };
}

const periodsOf = async (tenantId: string) =>
  (
    await owner.query(
      `SELECT starts_at AS start, ends_at AS end, is_trial AS trial, share::float8, plan_key AS plan FROM billing_periods
       JOIN price_versions ON price_versions.id = price_version_id WHERE tenant_id = $1 ORDER BY starts_at`,
      [tenantId],
    )
  ).rows;
const paidOf = async (customer: string) =>
  (await stripe.invoices.list({ customer, status: 'paid', limit: 100 })).data.map(({ total }) => total).toReversed();
const mailsOf = async (tenantId: string) =>
  (await owner.query(`SELECT values FROM emails WHERE tenant_id = $1 AND template = 'trial_ending'`, [tenantId])).rows;

/** Both clocks are then, while the work lasts; sessions have ended meanwhile. */
async function at(timeMs: number, tenant: Tenant, work: (again: Tenant) => Promise<void>): Promise<void> {
  const clock = vi.spyOn(api.app.get(Clock), 'now').mockReturnValue(new Date(timeMs));
  try {
    await fetch(`${stripeUrl}/_clock`, {
      method: 'POST',
      body: JSON.stringify({ to: Math.floor(timeMs / 1_000) }),
      headers: { 'content-type': 'application/json' },
    });
    const { email, password } = tenant;
    const login = await request(api.url).post('/v1/auth/login').send({ email, password }).expect(200);
    await work(Tenant.of(api, { email, password, cookie: sessionCookie(login) }));
  } finally {
    clock.mockRestore();
  }
}

describe('a trial', () => {
  it('is one of a card: where another organization had one by it nothing is charged, they are told, and buy it without', async () => {
    const number = newCard();
    const [had, wants] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    await complete(await checkOut(had, 'pro'), number);
    await until(async () => (await upcoming(had)).plan.key === 'pro');
    await complete(await checkOut(wants, 'pro'), number);
    const { organization } = (await wants.get('/v1/me').expect(200)).body;
    const refused = () =>
      owner.query(`SELECT values FROM emails WHERE tenant_id = $1 AND template = 'trial_refused'`, [organization.id]);
    await until(async () => (await refused()).rows.length > 0);
    const { customer } = await rowOf(wants);
    await until(async () => (await stripe.subscriptions.list({ customer })).data.length === 0);
    await until(async () => (await upcoming(wants)).plan.key === 'free');
    expect((await paidOf(customer)).every((total) => total === 0)).toBe(true);
    expect((await refused()).rows).toEqual([{ values: { plan: 'Pro' } }]);
    expect(await trialDaysOf(wants)).toEqual([0, 0, 0, 0]);
    await complete(await checkOut(wants, 'pro'), number);
    await until(async () => (await upcoming(wants)).plan.key === 'pro');
    expect(await upcoming(wants)).toMatchObject({ trial: null, paidInAdvance: '49.00' });
  });

  it('is offered to who has paid for no plan yet, and has no fee until it ends', async () => {
    const tenant = await Tenant.signUp(api);
    expect(await trialDaysOf(tenant)).toEqual([0, 14, 2, 0]);
    await complete(await checkOut(tenant, 'pro'));
    await until(async () => (await upcoming(tenant)).plan.key === 'pro');
    const shown = await upcoming(tenant);
    const { id, customer, subscription, anchor } = await rowOf(tenant);
    const { start_date: start, trial_end: end } = await stripe.subscriptions.retrieve(subscription);
    expect(end! - start).toBe(14 * 86_400);
    const endsAt = new Date(1_000 * end!).toISOString();
    expect(shown).toMatchObject({
      status: 'active',
      trial: { endsAt, monthlyFee: '49.00' },
      periodEnd: endsAt,
      total: '0.00',
      paidInAdvance: '0.00',
    });
    expect(anchor.getTime()).toBe(1_000 * start);
    expect(await paidOf(customer)).toEqual([0]);
    expect(await trialDaysOf(tenant)).toEqual([0, 0, 0, 0]);
    const changes = await owner.query('SELECT is_trial FROM subscription_changes WHERE tenant_id = $1 ORDER BY at', [
      id,
    ]);
    expect(changes.rows.at(-1)).toEqual({ is_trial: true });
  });

  it('of less than three days tells of its end at once, once', async () => {
    const tenant = await subscribe('scale');
    const { id } = await rowOf(tenant);
    await until(async () => (await mailsOf(id)).length === 1);
    expect(await mailsOf(id)).toMatchObject([
      { values: { plan: 'Scale', nextPlan: 'Scale', monthlyFee: '499.00', currency: 'usd' } },
    ]);
    const { data } = await stripe.events.list({ type: 'customer.subscription.trial_will_end' });
    const { rows } = await owner.query('SELECT count(*)::int FROM stripe_events WHERE event_id = $1', [data[0]!.id]);
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('is had once: a second one, be it bought at the same time, is none, whoever writes it', async () => {
    const tenant = await Tenant.signUp(api);
    const [one, other] = [await checkOut(tenant, 'pro'), await checkOut(tenant, 'scale')];
    await complete(one);
    await until(async () => (await upcoming(tenant)).plan.key === 'pro');
    await complete(other);
    await until(async () => (await upcoming(tenant)).plan.key === 'scale' && (await upcoming(tenant)).trial === null);
    const { id, customer, subscription } = await rowOf(tenant);
    expect((await stripe.subscriptions.retrieve(subscription)).status).toBe('active');
    expect(await paidOf(customer)).toContain(49_900);
    await expect(
      owner.query(`INSERT INTO trials (tenant_id, stripe_subscription_id, began_at) VALUES ($1, 'sub_other', now())`, [
        id,
      ]),
    ).rejects.toThrow(/trials_pkey/);
  });

  it('ends with a dearer plan, which begins at once', async () => {
    const tenant = await subscribe('pro');
    const { customer } = await rowOf(tenant);
    const { body: offered } = await tenant.post('/v1/billing/plan-change-previews', { plan: 'scale' }).expect(200);
    expect(offered).toMatchObject({ takesEffect: 'now', dueNow: '499.00' });
    await change(tenant, 'scale').expect(200);
    expect(await upcoming(tenant)).toMatchObject({ plan: { key: 'scale' }, trial: null, paidInAdvance: '499.00' });
    expect(await paidOf(customer)).toEqual([0, 49_900]);
  });

  it('that was ended with Free is followed by no fee, and no mail', async () => {
    const tenant = await subscribe('scale');
    await change(tenant, 'free').expect(200);
    const { trial, next } = await upcoming(tenant);
    expect(next).toEqual({ key: 'free', name: 'Free', at: trial.endsAt });
    const { customer, id } = await rowOf(tenant);
    await owner.query('UPDATE trials SET told_at = NULL WHERE tenant_id = $1', [id]);
    const follower = construct(api, SubscriptionFollower);
    const database = (follower as any).database;
    expect(await database.tenant(id, (transaction: never) => follower.trialMail(transaction, id))).toBeNull();
    await at(Date.parse(trial.endsAt) + 60_000, tenant, async (again) => {
      await until(async () => (await upcoming(again)).plan.key === 'free');
      expect(await upcoming(again)).toMatchObject({ trial: null, isPaidThroughStripe: false });
      expect(await paidOf(customer)).toEqual([0]);
      expect(await trialDaysOf(again)).toEqual([0, 0, 0, 0]);
    });
  });

  it('is a period of its own: what was used before is of the plan before, what was used beyond it is billed, and the fee begins after it', async () => {
    const tenant = await Tenant.signUp(api);
    const { id } = await rowOf(tenant);
    for (const [table, column] of [
      ['subscriptions', 'anchor_at'],
      ['billing_periods', 'starts_at'],
    ])
      await owner.query(`UPDATE ${table} SET ${column} = ${column} - interval '3 days' WHERE tenant_id = $1`, [id]);
    await addUsage(api, tenant, 'recommendation_requests', 1_000);
    await complete(await checkOut(tenant, 'pro'));
    await until(async () => (await upcoming(tenant)).plan.key === 'pro');
    // Pro includes 100,000, in a trial too: 10,000 × 0.0002.
    const { anchor, customer } = await rowOf(tenant);
    await addUsage(api, tenant, 'recommendation_requests', 110_000, { periodStart: anchor.toISOString() });
    const { trial, lines, total } = await upcoming(tenant);
    expect(lines.find(({ meter }: any) => meter === 'recommendation_requests')).toMatchObject({
      quantity: '110000',
      allowance: '100000',
    });
    expect(total).toBe('2.00');
    const end = Date.parse(trial.endsAt);
    await at(end + 2 * 3_600_000, tenant, async (again) => {
      await until(async () => (await upcoming(again)).trial === null);
      expect(await upcoming(again)).toMatchObject({
        plan: { key: 'pro' },
        periodStart: trial.endsAt,
        paidInAdvance: '49.00',
        total: '49.00',
      });
      await until(async () => (await paidOf(customer)).includes(4_900));
      await construct(api, InvoiceWriter).bill(id, new Date(end + 2 * 3_600_000));
      const [free, tried, paid] = await periodsOf(id);
      expect([free, tried, paid]).toMatchObject([
        { plan: 'free', trial: false, end: tried.start },
        { plan: 'pro', trial: true, share: 1, end: new Date(end) },
        { plan: 'pro', trial: false, start: new Date(end), share: 1 },
      ]);
      const invoices = (await again.get('/v1/billing/invoices').expect(200)).body.data;
      expect(invoices.map((each: any) => [each.total, each.periodEnd])).toContainEqual(['2.00', trial.endsAt]);
      const sum = invoices.reduce((all: number, each: any) => all + Number(each.total), 0);
      expect(sum).toBe(2);
      expect(tried.end.getTime() - tried.start.getTime()).toBe(14 * DAY_MS);
    });
  });
});
