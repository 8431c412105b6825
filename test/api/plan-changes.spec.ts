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
import { PausedSubscriptions } from '../../libs/features/billing/paused-subscriptions.js';
import { trainingUse } from '../../libs/features/training-jobs/training-use.js';
import { UsageService } from '../../libs/features/usage/index.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import { Database } from '../../libs/platform/database/database.js';
import { newId } from '../../libs/platform/http/ids.js';
import { sessionCookie, startApi, Tenant, type TestApi, until, WEBHOOK_SECRET } from '../factories/api.js';
import { construct } from '../factories/construct.js';
import { invite } from '../factories/members.js';
import { addUsage } from '../factories/usage.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-stripe-'));

let api: TestApi;
let localStripe: FastifyInstance;
let stripeUrl: string;
let stripe: Stripe;
let owner: pg.Client;
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
});
afterAll(async () => {
  await Promise.all([api.close(), localStripe.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

const pay = (url: string, number = '4242 4242 4242 4242') =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ number }), redirect: 'manual' });
const upcoming = async (tenant: Tenant) => (await tenant.get('/v1/billing/invoices/upcoming').expect(200)).body;
const preview = (tenant: Tenant, plan: string) => tenant.post('/v1/billing/plan-change-previews', { plan });
const change = (tenant: Tenant, plan: string) => tenant.put('/v1/billing/plan', { plan });

/** An organization that pays for the plan with a card of that number. */
async function subscribe(plan = 'pro'): Promise<Tenant> {
  const tenant = await Tenant.signUp(api);
  await pay((await tenant.post('/v1/billing/checkout-sessions', { plan }).expect(201)).body.url);
  await until(async () => (await upcoming(tenant)).plan.key === plan);
  return tenant;
}

async function idsOf(tenant: Tenant): Promise<{ organizationId: string; customer: string; subscription: string }> {
  const { organization } = (await tenant.get('/v1/me').expect(200)).body;
  const { rows } = await owner.query(
    `SELECT stripe_customer_id AS customer, stripe_subscription_id AS subscription FROM organizations JOIN subscriptions ON tenant_id = id WHERE id = $1`,
    [organization.id],
  );
  return { organizationId: organization.id, ...rows[0] };
}

/** Both clocks are then; sessions have ended meanwhile. */
async function moveTo(timeMs: number) {
  const clock = vi.spyOn(api.app.get(Clock), 'now').mockReturnValue(new Date(timeMs));
  await fetch(`${stripeUrl}/_clock`, {
    method: 'POST',
    body: JSON.stringify({ to: Math.floor(timeMs / 1_000) - 30 }),
    headers: { 'content-type': 'application/json' },
  });
  return clock;
}

async function again({ email, password }: Tenant): Promise<Tenant> {
  const login = await request(api.url).post('/v1/auth/login').send({ email, password }).expect(200);
  return Tenant.of(api, { email, password, cookie: sessionCookie(login) });
}

describe('another plan', () => {
  it('of who pays for none is bought by a Checkout', async () => {
    const tenant = await Tenant.signUp(api);
    for (const call of [preview(tenant, 'pro'), change(tenant, 'pro'), tenant.post('/v1/billing/portal-sessions')])
      expect((await call.expect(409)).body.code).toBe('no_subscription');
    expect(await upcoming(tenant)).toMatchObject({ isPaidThroughStripe: false, paidInAdvance: '0.00', next: null });
  });

  it('B9: that is dearer is charged at once, less what is left of the month, as the preview says, and begins a month', async () => {
    const tenant = await subscribe();
    expect(await upcoming(tenant)).toMatchObject({ isPaidThroughStripe: true, paidInAdvance: '49.00', total: '49.00' });
    await addUsage(api, tenant, 'recommendation_requests', 50_000);
    const { body: offered } = await preview(tenant, 'scale').expect(200);
    expect(offered).toMatchObject({ takesEffect: 'now', monthlyFee: '499.00', currency: 'usd' });
    const sum = offered.lines.reduce((total: number, { amount }: { amount: string }) => total + Number(amount), 0);
    expect(sum.toFixed(2)).toBe(offered.dueNow);
    // A moment of Pro's month has passed, of which it includes next to nothing: 50,000 × 0.0002.
    expect(Number(offered.usageDue)).toBeCloseTo(10, 0);
    const { subscription, customer } = await idsOf(tenant);
    expect((await upcoming(tenant)).plan.key).toBe('pro');
    expect((await change(tenant, 'scale').expect(200)).body).toMatchObject({ takesEffect: 'now', payUrl: null });
    // Who asked need not wait for an event.
    const { plan, periodStart, lines } = await upcoming(tenant);
    expect(plan.key).toBe('scale');
    expect(lines.find(({ meter }: { meter: string }) => meter === 'recommendation_requests').quantity).toBe('0');
    const [invoice] = (await stripe.invoices.list({ customer, limit: 1 })).data;
    expect(invoice).toMatchObject({ status: 'paid' });
    expect(Math.abs(invoice!.total - 100 * Number(offered.dueNow))).toBeLessThanOrEqual(2);
    const { billing_cycle_anchor: anchor } = await stripe.subscriptions.retrieve(subscription);
    expect(new Date(periodStart).getTime()).toBe(1_000 * anchor);
    expect((await change(tenant, 'scale').expect(409)).body.code).toBe('already_on_plan');
    const { data } = (await tenant.get('/v1/audit-events?action=subscription.change_requested').expect(200)).body;
    expect(data).toHaveLength(1);
  });

  it('is previewed without a trace at Stripe, and so often that a person can compare', async () => {
    const tenant = await subscribe();
    const pricesAtStripe = async () => (await stripe.prices.list({ limit: 100 })).data.map(({ id }) => id);
    const before = await pricesAtStripe();
    const { body } = await preview(tenant, 'enterprise').expect(200);
    expect(body.takesEffect).toBe('now');
    expect(Number(body.dueNow)).toBeCloseTo(Number(body.monthlyFee) - 49, 0);
    expect(await pricesAtStripe()).toEqual(before);
    const statuses = await Promise.all(
      Array.from({ length: 25 }, async () => (await preview(tenant, 'enterprise')).status),
    );
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(3);
    const refused = await preview(tenant, 'enterprise').expect(429);
    expect(refused.body.code).toBe('too_many_attempts');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    // Changing it is bounded by what it costs alone.
    await change(tenant, 'scale').expect(200);
  });

  it('that is cheaper begins with the next period, and can be taken back until then', async () => {
    const tenant = await subscribe('scale');
    const before = await upcoming(tenant);
    const offered = (await preview(tenant, 'pro').expect(200)).body;
    expect(offered).toMatchObject({ takesEffect: 'at_period_end', dueNow: '0.00', lines: [], usageDue: null });
    expect(offered.effectiveAt).toBe(before.periodEnd);
    const later = { takesEffect: 'at_period_end', effectiveAt: before.periodEnd };
    expect((await change(tenant, 'pro').expect(200)).body).toMatchObject(later);
    const next = { key: 'pro', name: 'Pro', at: before.periodEnd };
    expect(await upcoming(tenant)).toEqual({ ...before, next });
    // Asked for twice it is the same.
    await change(tenant, 'pro').expect(200);
    expect((await upcoming(tenant)).next).toEqual(next);
    await tenant.delete('/v1/billing/plan-change').expect(204);
    expect(await upcoming(tenant)).toEqual(before);
    expect((await tenant.delete('/v1/billing/plan-change').expect(409)).body.code).toBe('nothing_scheduled');
    // A dearer one takes what waits back.
    await change(tenant, 'pro').expect(200);
    await change(tenant, 'enterprise').expect(200);
    expect(await upcoming(tenant)).toMatchObject({ plan: { key: 'enterprise' }, next: null });
  });

  it('that is dearer also ends a cancellation on Stripe’s own page, after a cheaper one was to come', async () => {
    const tenant = await subscribe('scale');
    await change(tenant, 'pro').expect(200);
    const { subscription } = await idsOf(tenant);
    await stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    await until(async () => (await upcoming(tenant)).next?.key === 'free');
    await change(tenant, 'enterprise').expect(200);
    expect(await upcoming(tenant)).toMatchObject({ plan: { key: 'enterprise' }, next: null });
  });

  it('does not price a training that began before it', async () => {
    const tenant = await subscribe();
    const { organizationId } = await idsOf(tenant);
    const { id: projectId } = (await tenant.post('/v1/projects', { name: 'Shop' }).expect(201)).body;
    const before = await upcoming(tenant);
    const began = api.app.get(Clock).now();
    // Stripe's periods begin on whole seconds.
    await until(() => api.app.get(Clock).now().getTime() > began.getTime() + 1_000);
    await change(tenant, 'scale').expect(200);
    const train = (beganAt: Date) => {
      const job = { id: newId(), tenantId: organizationId, projectId, pool: 'cpu' };
      const use = trainingUse(job, 100, beganAt, api.app.get(Clock).now());
      return api.app
        .get(Database)
        .tenant(organizationId, (transaction) =>
          api.app.get(UsageService, { strict: false }).recordIn(transaction, use),
        );
    };
    await train(began);
    await train(api.app.get(Clock).now());
    const { rows } = await owner.query(
      `SELECT plan_key AS plan, period_start AS "periodStart" FROM usage_events JOIN price_versions price ON price.id = price_version_id
       WHERE tenant_id = $1 AND meter_key = 'training_seconds' ORDER BY usage_events.id`,
      [organizationId],
    );
    const after = await upcoming(tenant);
    expect(rows).toEqual([
      { plan: 'pro', periodStart: new Date(before.periodStart) },
      { plan: 'scale', periodStart: new Date(after.periodStart) },
    ]);
    const { lines } = after;
    expect(lines.find(({ meter }: { meter: string }) => meter === 'training_seconds').quantity).toBe('100');
  });

  it('that is Free begins when the paid month ends', async () => {
    const tenant = await subscribe();
    const { periodEnd } = await upcoming(tenant);
    await change(tenant, 'free').expect(200);
    expect(await upcoming(tenant)).toMatchObject({ plan: { key: 'pro' }, next: { key: 'free', at: periodEnd } });
    await tenant.delete('/v1/billing/plan-change').expect(204);
    expect((await upcoming(tenant)).next).toBeNull();
    const { subscription } = await idsOf(tenant);
    expect((await stripe.subscriptions.retrieve(subscription)).cancel_at_period_end).toBe(false);
  });

  it('waits for its payment where the card is refused, and begins once that is made', async () => {
    const tenant = await subscribe();
    const { customer, subscription } = await idsOf(tenant);
    const refused = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: refused.id } });
    await stripe.subscriptions.update(subscription, { default_payment_method: refused.id });
    const { body } = await change(tenant, 'scale').expect(200);
    expect(body).toMatchObject({ takesEffect: 'when_paid', effectiveAt: null, payUrl: expect.stringMatching(/^http/) });
    expect((await upcoming(tenant)).plan.key).toBe('pro');
    await pay(body.payUrl);
    await until(async () => (await upcoming(tenant)).plan.key === 'scale');
  });

  it('is chosen by who may, from those that there are', async () => {
    const tenant = await subscribe();
    const viewer = await invite(tenant, 'viewer');
    for (const call of [
      change(viewer, 'scale'),
      viewer.delete('/v1/billing/plan-change'),
      viewer.post('/v1/billing/portal-sessions'),
    ])
      await call.expect(403);
    await change(tenant, 'gold').expect(404);
    const { url } = (await tenant.post('/v1/billing/portal-sessions').expect(201)).body;
    expect(await (await fetch(url)).text()).toContain('4242');
  });

  it('that was to begin with the next period does, with its fee, and one that was to end has ended', async () => {
    const [cheaper, leaving] = [await subscribe('scale'), await subscribe()];
    await change(cheaper, 'pro').expect(200);
    await change(leaving, 'free').expect(200);
    const { periodEnd } = await upcoming(cheaper);
    const end = Math.max(
      ...[await upcoming(cheaper), await upcoming(leaving)].map((each) => Date.parse(each.periodEnd)),
    );
    const clock = await moveTo(end + 60_000);
    try {
      const [one, other] = [await again(cheaper), await again(leaving)];
      await until(async () => (await upcoming(one)).plan.key === 'pro');
      expect(await upcoming(one)).toMatchObject({ next: null, paidInAdvance: '49.00', periodStart: periodEnd });
      await until(async () => (await upcoming(other)).plan.key === 'free');
      expect(await upcoming(other)).toMatchObject({ next: null, isPaidThroughStripe: false });
    } finally {
      clock.mockRestore();
    }
  });
});

describe('a pause', () => {
  const HOUR_MS = 3_600_000;
  const pause = (tenant: Tenant, months = 1) => tenant.put('/v1/billing/pause', { months });
  const resume = (tenant: Tenant) => tenant.delete('/v1/billing/pause');
  const codeOf = async (call: PromiseLike<{ status: number; body: { code: string } }>) => {
    const { status, body } = await call;
    return [status, body.code];
  };
  const feesOf = async (customer: string) =>
    (await stripe.invoices.list({ customer, limit: 100 })).data
      .filter(({ status }) => status === 'paid' || status === 'void')
      .map(({ status, total }) => `${status} ${total}`)
      .toReversed();
  const turn = () => (construct(api, PausedSubscriptions) as unknown as { work(): Promise<void> }).work();
  const mailsOf = async (organizationId: string) => {
    const { rows } = await owner.query(
      `SELECT template FROM emails WHERE tenant_id = $1 AND template IN ('plan_paused', 'plan_resuming') ORDER BY id`,
      [organizationId],
    );
    return rows.map(({ template }) => template);
  };
  const changesOf = async (organizationId: string) => {
    const { rows } = await owner.query(
      `SELECT plan_key AS plan FROM subscription_changes JOIN price_versions ON id = price_version_id WHERE tenant_id = $1 ORDER BY at`,
      [organizationId],
    );
    // One of two after each other that are the same.
    return rows.map(({ plan }) => plan).filter((plan, place, all) => plan !== all[place - 1]);
  };

  it('is to come from the end of the paid month, and can be taken back until then', async () => {
    const tenant = await subscribe();
    const before = await upcoming(tenant);
    const { body: planned } = await pause(tenant, 3).expect(200);
    expect(planned).toEqual({ from: before.periodEnd, until: expect.any(String), isOn: false });
    const days = (Date.parse(planned.until) - Date.parse(planned.from)) / 86_400_000;
    expect(days).toBeGreaterThanOrEqual(89);
    expect(days).toBeLessThanOrEqual(92);
    const next = { key: 'free', name: 'Free', at: before.periodEnd };
    expect(await upcoming(tenant)).toEqual({ ...before, next, pause: planned });
    expect(await codeOf(pause(tenant))).toEqual([409, 'subscription_paused']);
    expect(await codeOf(change(tenant, 'scale'))).toEqual([409, 'subscription_paused']);
    expect(await codeOf(tenant.post('/v1/billing/checkout-sessions', { plan: 'scale' }))).toEqual([
      409,
      'subscription_paused',
    ]);
    await resume(tenant).expect(204);
    expect(await upcoming(tenant)).toEqual(before);
    const { subscription, customer } = await idsOf(tenant);
    expect((await stripe.subscriptions.retrieve(subscription)).pause_collection).toBeNull();
    expect(await codeOf(resume(tenant))).toEqual([409, 'not_paused']);
    expect(await feesOf(customer)).toEqual(['paid 4900']);
    const { data } = (await tenant.get('/v1/audit-events').expect(200)).body;
    const actions = data.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(expect.arrayContaining(['subscription.pause_scheduled', 'subscription.pause_withdrawn']));
  });

  it('is of who pays, for one to three months, and of no plan that another takes the place of', async () => {
    const free = await Tenant.signUp(api);
    expect(await codeOf(pause(free))).toEqual([409, 'no_subscription']);
    expect(await codeOf(resume(free))).toEqual([409, 'no_subscription']);
    const tenant = await subscribe();
    for (const months of [0, 4, 1.5, '1', null, undefined])
      expect(await codeOf(tenant.put('/v1/billing/pause', { months }))).toEqual([400, 'invalid_request']);
    const viewer = await invite(tenant, 'viewer');
    await pause(viewer).expect(403);
    await resume(viewer).expect(403);
    await change(tenant, 'free').expect(200);
    expect(await codeOf(pause(tenant))).toEqual([409, 'other_plan_next']);
    await tenant.delete('/v1/billing/plan-change').expect(204);
    await pause(tenant).expect(200);
    // Who thinks otherwise leaves for good, with the month that is paid.
    expect((await change(tenant, 'free').expect(200)).body.takesEffect).toBe('at_period_end');
    expect(await upcoming(tenant)).toMatchObject({ plan: { key: 'pro' }, pause: null, next: { key: 'free' } });
  });

  it('is Free without a fee, heard by Stripe’s word alone, and ends by a card, by itself, or for good; in one subscription', async () => {
    const tenants = await Promise.all(Array.from({ length: 5 }, () => subscribe()));
    const ids = await Promise.all(tenants.map(idsOf));
    for (const tenant of tenants) await pause(tenant).expect(200);
    // As where who asked was killed right after Stripe did it.
    await owner.query(
      'UPDATE subscriptions SET paused_from = NULL, paused_until = NULL, next_price_version_id = NULL, next_at = NULL WHERE tenant_id = $1',
      [ids[0]!.organizationId],
    );
    const ends = (await Promise.all(tenants.map(upcoming))).map(({ periodEnd }) => Date.parse(periodEnd));
    const end = Math.max(...ends);
    const clocks = [await moveTo(end + 2 * HOUR_MS)];
    try {
      const [byCard, refused, byItself, leaving, deleted] = (await Promise.all(tenants.map(again))) as [
        Tenant,
        Tenant,
        Tenant,
        Tenant,
        Tenant,
      ];
      for (const [place, tenant] of [byCard, refused, byItself, leaving, deleted].entries()) {
        await until(async () => (await upcoming(tenant)).plan.key === 'free');
        const shown = await upcoming(tenant);
        expect(shown).toMatchObject({
          total: '0.00',
          paidInAdvance: '0.00',
          next: { key: 'pro' },
          pause: { isOn: true },
        });
        expect(shown.periodStart).toBe(new Date(ends[place]!).toISOString());
        await until(async () => (await feesOf(ids[place]!.customer)).includes('void 4900'));
      }
      // Nobody is told of an invoice by which nothing is to be paid.
      await until(async () => {
        const { rows } = await owner.query(
          `SELECT FROM stripe_events WHERE customer_id = $1 AND type = 'invoice.voided' AND effect IS NOT NULL`,
          [ids[0]!.customer],
        );
        return rows.length > 0;
      });
      const told = (await byCard.get('/v1/webhook-messages?type=invoice.finalized').expect(200)).body.data;
      expect(told).toHaveLength(1);
      await Promise.all([turn(), turn()]);
      await turn();
      expect(await mailsOf(ids[2]!.organizationId)).toEqual(['plan_paused']);

      clocks.push(await moveTo(end + 2 * HOUR_MS + 60_000));
      await resume(byCard).expect(204);
      expect(await upcoming(byCard)).toMatchObject({
        plan: { key: 'pro' },
        pause: null,
        next: null,
        paidInAdvance: '49.00',
      });
      expect(await feesOf(ids[0]!.customer)).toEqual(['paid 4900', 'void 4900', 'paid 4900']);
      expect(await codeOf(resume(byCard))).toEqual([409, 'not_paused']);
      expect(await changesOf(ids[0]!.organizationId)).toEqual(['free', 'pro', 'free', 'pro']);

      const { id: bad } = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
        customer: ids[1]!.customer,
      });
      await stripe.subscriptions.update(ids[1]!.subscription, { default_payment_method: bad });
      expect(await codeOf(resume(refused))).toEqual([409, 'card_refused']);
      expect(await upcoming(refused)).toMatchObject({ plan: { key: 'free' }, overdue: null, pause: { isOn: true } });
      expect(await feesOf(ids[1]!.customer)).toEqual(['paid 4900', 'void 4900']);

      expect((await change(leaving, 'free').expect(200)).body.takesEffect).toBe('now');
      expect(await upcoming(leaving)).toMatchObject({ plan: { key: 'free' }, isPaidThroughStripe: false, pause: null });

      await deleted.post('/v1/organization/deletion', { name: 'Test shop' });
      const { balance } = (await stripe.customers.retrieve(ids[4]!.customer)) as Stripe.Customer;
      // Of a month in a pause nothing was paid.
      expect(balance).toBe(0);
      expect((await stripe.subscriptions.retrieve(ids[4]!.subscription)).status).toBe('canceled');

      const { until: goesOn } = (await upcoming(byItself)).pause;
      clocks.push(await moveTo(Date.parse(goesOn) - 86_400_000));
      await turn();
      await turn();
      expect(await mailsOf(ids[2]!.organizationId)).toEqual(['plan_paused', 'plan_resuming']);
      clocks.push(await moveTo(Date.parse(goesOn) + 2 * HOUR_MS));
      const later = await again(byItself);
      await until(async () => (await upcoming(later)).plan.key === 'pro');
      expect(await upcoming(later)).toMatchObject({
        pause: null,
        next: null,
        paidInAdvance: '49.00',
        periodStart: goesOn,
      });
      await until(async () => (await feesOf(ids[2]!.customer)).length === 3);
      expect(await feesOf(ids[2]!.customer)).toEqual(['paid 4900', 'void 4900', 'paid 4900']);
      for (const { customer } of ids)
        expect((await stripe.subscriptions.list({ customer, status: 'all' })).data).toHaveLength(1);
    } finally {
      for (const clock of clocks) clock.mockRestore();
    }
  });
});
