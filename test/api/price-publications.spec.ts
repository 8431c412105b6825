import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { BillingRepository, BillingService, SubscriptionFollower } from '../../libs/features/billing/index.js';
import { InvoiceWriter } from '../../libs/features/invoices/invoice-writer.js';
import { PriceMoves } from '../../libs/features/price-publications/price-moves.js';
import { PricePublicationsRepository } from '../../libs/features/price-publications/price-publications.repository.js';
import { PricePublicationsService } from '../../libs/features/price-publications/price-publications.service.js';
import { PriceSimulationsService } from '../../libs/features/price-simulations/index.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import { Database } from '../../libs/platform/database/database.js';
import { newId } from '../../libs/platform/http/ids.js';
import { startApi, Tenant, type TestApi, until, WEBHOOK_SECRET } from '../factories/api.js';
import { construct } from '../factories/construct.js';
import { logIn, logInOperator, whoIs } from '../factories/members.js';
import { addUsage } from '../factories/usage.js';

const DAY_MS = 86_400_000;
const folder = mkdtempSync(path.join(tmpdir(), 'kindred-publications-'));

let api: TestApi;
let localStripe: FastifyInstance;
let stripeUrl: string;
let stripe: Stripe;
let owner: pg.Client;
let first: Tenant;
let second: Tenant;
let writer: InvoiceWriter;
beforeAll(async () => {
  const port = await freePort();
  stripeUrl = `http://127.0.0.1:${port}`;
  api = await startApi({ STRIPE_API_URL: stripeUrl, PUBLIC_URL: 'http://localhost:3000' });
  const webhookUrl = `${api.url}/v1/billing/stripe/webhook`;
  localStripe = await startLocalStripe({
    file: path.join(folder, 'stripe.db'),
    port,
    webhookUrl,
    webhookSecret: WEBHOOK_SECRET,
  });
  stripe = new Stripe('sk_test_none', { host: '127.0.0.1', port: String(port), protocol: 'http' });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  [first, second] = [await logInOperator(api), await logInOperator(api)];
  writer = construct(api, InvoiceWriter);
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  // No price list of another test is to hold these.
  await owner.query(`UPDATE price_versions SET withdrawn_at = now() WHERE plan_key LIKE 'published_%'`);
  await Promise.all([api.close(), localStripe.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

const get = <T>(type: abstract new (...args: any[]) => T): T => api.app.get(type as never, { strict: false });
const setClock = (at: Date) => vi.spyOn(get(Clock), 'now').mockReturnValue(at);
const later = (days: number, from = new Date()) => new Date(from.getTime() + days * DAY_MS);

let plans = 0;

/** A plan of 49.00 a month, whose requests beyond 100 cost 0.01 each. */
async function addPlan(): Promise<string> {
  const plan = `published_${++plans}`;
  await owner.query(`INSERT INTO plans (key, name, position) VALUES ($1, 'Published', 90)`, [plan]);
  const id = newId();
  await owner.query(
    `INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor, trial_days) VALUES ($1, $2, 1, 'usd', 4900, 0)`,
    [id, plan],
  );
  await owner.query(
    `INSERT INTO meter_prices (price_version_id, meter_key, included_quantity, unit_amount) VALUES ($1, 'recommendation_requests', 100, 0.01)`,
    [id],
  );
  return plan;
}

const draftOf = (plan: string, monthlyFee = '59.00') => ({
  plan,
  currency: 'usd',
  monthlyFee,
  meters: [
    {
      meter: 'recommendation_requests',
      includedQuantity: '100',
      scheme: 'graduated',
      tiers: [
        { from: '0', unitAmount: '0.02' },
        { from: '1000', unitAmount: '0.005', flatAmount: '1' },
      ],
    },
  ],
});
const propose = (plan: string, changes: object = {}, by = first) =>
  by.post('/v1/admin/price-publications', { draft: draftOf(plan), ...changes });
const decide = (id: string, word: 'confirm' | 'decline' | 'withdraw', by = second) =>
  by.post(`/v1/admin/price-publications/${id}/${word}`);
const listed = async (plan: string) =>
  (await first.get('/v1/price-list').expect(200)).body.plans.find(({ key }: { key: string }) => key === plan);
const versionsOf = async (plan: string): Promise<string[]> =>
  (await owner.query('SELECT id FROM price_versions WHERE plan_key = $1 ORDER BY version', [plan])).rows.map(
    ({ id }) => id,
  );

async function publish(plan: string, changes: object = {}): Promise<any> {
  const { body } = await propose(plan, changes).expect(201);
  return (await decide(body.id, 'confirm').expect(200)).body;
}

interface Shop {
  tenant: Tenant;
  id: string;
}

async function signUp(name: string): Promise<Shop> {
  const tenant = await Tenant.signUp(api, name);
  return { tenant, id: (await whoIs(tenant)).organizationId! };
}

/** Pays through Stripe. */
async function buy(plan: string, name = 'Buying shop'): Promise<Shop> {
  const shop = await signUp(name);
  const { url } = (await shop.tenant.post('/v1/billing/checkout-sessions', { plan }).expect(201)).body;
  await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ number: '4242 4242 4242 4242' }),
    redirect: 'manual',
  });
  await until(async () => (await upcoming(shop)).plan.key === plan);
  return shop;
}

/** Is invoiced by us alone. */
async function agree(plan: string, anchor?: Date, name = 'Agreeing shop'): Promise<Shop> {
  const shop = await signUp(name);
  await owner.query('DELETE FROM billing_periods WHERE tenant_id = $1', [shop.id]);
  await owner.query(
    `UPDATE subscriptions SET anchor_at = coalesce($3, anchor_at), price_version_id =
       (SELECT id FROM price_versions WHERE plan_key = $2 ORDER BY version LIMIT 1) WHERE tenant_id = $1`,
    [shop.id, plan, anchor],
  );
  return shop;
}

const upcoming = ({ id }: Shop) => get(BillingService).upcomingInvoice(id);
const changeOf = async ({ id }: Shop) => (await get(PricePublicationsService).changeOf(id)).priceChange;
const subscriptionOf = async ({ id }: Shop) =>
  (
    await owner.query(
      `SELECT price_version_id AS price, next_price_version_id AS next, stripe_subscription_id AS stripe, anchor_at AS anchor, changing_until AS until
       FROM subscriptions WHERE tenant_id = $1`,
      [id],
    )
  ).rows[0];
const mailsTo = async ({ id }: Shop) =>
  (
    await owner.query(
      `SELECT template, values FROM emails WHERE tenant_id = $1 AND template LIKE 'price_change%' ORDER BY id`,
      [id],
    )
  ).rows;
const feesOf = async (shop: Shop) => {
  const { stripe: id } = await subscriptionOf(shop);
  const { data } = await stripe.invoices.list({ subscription: id, limit: 10 });
  return data.map(({ total }) => total).toReversed();
};

/** What two workers do at once, again and again. */
async function work(times = 3): Promise<void> {
  for (let turn = 0; turn < times; turn++)
    await Promise.all([construct(api, PriceMoves)['work'](), construct(api, PriceMoves)['work']()]);
}

/** It is that time, here and at Stripe, and all that Stripe tells of it has been heard. */
async function goTo(at: Date): Promise<void> {
  setClock(at);
  await fetch(`${stripeUrl}/_clock`, {
    method: 'POST',
    body: JSON.stringify({ to: Math.floor(at.getTime() / 1_000) }),
    headers: { 'content-type': 'application/json' },
  });
  await until(async () => {
    const { isMoving, undelivered } = (await (await fetch(`${stripeUrl}/_clock`)).json()) as any;
    return !isMoving && undelivered === 0;
  });
}

describe('a price for everybody', () => {
  it('S39: takes two operators, and is then on offer as it was drafted, while who subscribed before keeps theirs', async () => {
    const plan = await addPlan();
    const [kept, agreed] = [await buy(plan), await agree(plan)];
    const { body: proposal } = await propose(plan).expect(201);
    expect(proposal).toMatchObject({ status: 'proposed', isYours: true, mayConfirm: false, movesAt: null });
    expect(proposal.simulation).toMatchObject({ reproduces: true, organizations: 0 });
    expect((await listed(plan)).monthlyFee).toBe('49.00');
    expect((await decide(proposal.id, 'confirm', first).expect(403)).body.code).toBe('second_operator_required');
    expect((await second.get('/v1/admin/price-publications').expect(200)).body.data[0]).toMatchObject({
      id: proposal.id,
      isYours: false,
      mayConfirm: true,
    });
    const { body: published } = await decide(proposal.id, 'confirm').expect(200);
    expect(published).toMatchObject({ status: 'published', proposedBy: first.email, decidedBy: second.email });
    expect((await decide(proposal.id, 'confirm').expect(409)).body.code).toBe('price_publication_decided');
    const { monthlyFee, nextPrice, meters } = await listed(plan);
    expect({ monthlyFee, nextPrice }).toEqual({ monthlyFee: '59.00', nextPrice: null });
    expect(meters).toMatchObject([
      {
        includedQuantity: '100',
        scheme: 'graduated',
        tiers: [
          { from: '0', unitAmount: '0.02', flatAmount: '0' },
          { from: '1000', unitAmount: '0.005', flatAmount: '1' },
        ],
      },
    ]);
    await work();
    const [before, after] = await versionsOf(plan);
    for (const shop of [kept, agreed]) {
      expect(await subscriptionOf(shop)).toMatchObject({ price: before, next: null });
      expect([await changeOf(shop), await mailsTo(shop)]).toEqual([null, []]);
    }
    const buyer = await buy(plan);
    expect(await subscriptionOf(buyer)).toMatchObject({ price: after });
    expect([await feesOf(kept), await feesOf(buyer)]).toEqual([[4900], [5900]]);
    const { rows } = await owner.query('SELECT action FROM audit_events WHERE target_id = $1', [proposal.id]);
    expect(rows.map(({ action }) => action).toSorted()).toEqual([
      'price_publication.confirmed',
      'price_publication.proposed',
    ]);
  });

  it('S39: is confirmed by who proposed it where there is no other operator, and that is written down', async () => {
    const plan = await addPlan();
    vi.spyOn(get(PricePublicationsRepository), 'countOtherOperators').mockResolvedValue(0);
    const { body } = await propose(plan).expect(201);
    expect(body).toMatchObject({ status: 'proposed', mayConfirm: true });
    await decide(body.id, 'confirm', first).expect(200);
    const { rows } = await owner.query('SELECT is_alone FROM price_publications WHERE id = $1', [body.id]);
    expect(rows).toEqual([{ is_alone: true }]);
    await expect(
      owner.query('UPDATE price_publications SET is_alone = false WHERE id = $1', [body.id]),
    ).rejects.toThrow('second_is_another');
  });

  it('is refused where it leaves too little time, has no fee, or another one waits', async () => {
    const plan = await addPlan();
    const refused = async (changes: object) => (await propose(plan, changes).expect(400)).body.errors[0].path;
    expect(await refused({ validFrom: later(-1).toISOString() })).toBe('validFrom');
    expect(await refused({ movesAt: later(29.9).toISOString() })).toBe('movesAt');
    expect(await refused({ movesAt: later(40).toISOString(), validFrom: later(41).toISOString() })).toBe('movesAt');
    expect(await refused({ draft: draftOf(plan, '0.00') })).toBe('draft.monthlyFee');
    expect(await refused({ draft: draftOf('free', '1.00') })).toBe('draft.monthlyFee');
    await propose('gold').expect(404);
    const { body } = await propose(plan).expect(201);
    expect((await propose(plan, {}, second).expect(409)).body.code).toBe('price_publication_under_way');
    await decide(body.id, 'decline', first).expect(200);
    expect((await decide(body.id, 'confirm').expect(409)).body.code).toBe('price_publication_decided');
    // What waited too long for its second person, or whose date came too near, is proposed anew.
    const { body: slow } = await propose(plan, { movesAt: later(31).toISOString() }).expect(201);
    await owner.query(`UPDATE price_publications SET moves_at = now() + interval '29 days' WHERE id = $1`, [slow.id]);
    expect((await decide(slow.id, 'confirm').expect(409)).body.code).toBe('price_publication_expired');
    await decide(slow.id, 'decline').expect(200);
    expect(await versionsOf(plan)).toHaveLength(1);
  });

  it('whose simulation does not reproduce what was billed takes a word more', async () => {
    const plan = await addPlan();
    const simulations = get(PriceSimulationsService);
    const run = simulations.run.bind(simulations);
    vi.spyOn(simulations, 'run').mockImplementation(async (draft) => ({
      ...(await run(draft)),
      reproduces: false,
      differing: { count: 3, periods: [] },
    }));
    const { body } = await propose(plan).expect(409);
    expect(body).toMatchObject({ code: 'simulation_does_not_reproduce', detail: expect.stringContaining('3 billing') });
    const accepted = await propose(plan, { acceptsDifference: true }).expect(201);
    expect(accepted.body.simulation.reproduces).toBe(false);
  });

  it('that begins later says so to visitors and customers, and is on offer from then on', async () => {
    const plan = await addPlan();
    const validFrom = later(10).toISOString();
    await publish(plan, { validFrom });
    const expected = { key: plan, monthlyFee: '49.00', nextPrice: { validFrom, monthlyFee: '59.00' } };
    expect(await listed(plan)).toMatchObject(expected);
    const { tenant } = await signUp('Asking shop');
    const { plans: offered } = (await tenant.get('/v1/billing/plans').expect(200)).body;
    expect(offered.find(({ key }: { key: string }) => key === plan)).toMatchObject(expected);
    setClock(later(10.01));
    const { plans: after } = await get(BillingService).priceList({});
    expect(after.find(({ key }) => key === plan)).toMatchObject({ monthlyFee: '59.00', nextPrice: null });
  });

  it('stays on offer where the installation starts again with the price list that it had', async () => {
    const before = await versionsOf('pro');
    const plan = await addPlan();
    await publish(plan);
    const { applyPriceList } = await import('../../libs/platform/database/price-list.js');
    const price = {
      monthlyFeeMinor: { usd: 4900 },
      trialDays: 0,
      meters: [
        {
          meter: 'recommendation_requests',
          deviceClass: '',
          includedQuantity: 100,
          scheme: 'per_unit' as const,
          unitAmount: { usd: '0.01' },
        },
      ],
    };
    const listedPlan = {
      key: plan,
      name: 'Published',
      requestsPerSecond: 1,
      requestsBurst: 1,
      trainingPool: 'cpu',
      trainingWeight: 1,
      trainingJobsMax: 1,
      trainingSecondsMax: 1,
      quotas: {},
      price,
    };
    await applyPriceList(owner, { meters: [], plans: [listedPlan] });
    expect((await listed(plan)).monthlyFee).toBe('59.00');
    await applyPriceList(owner, {
      meters: [],
      plans: [{ ...listedPlan, price: { ...price, monthlyFeeMinor: { usd: 3900 } } }],
    });
    expect((await listed(plan)).monthlyFee).toBe('39.00');
    expect(await versionsOf(plan)).toHaveLength(3);
    expect(await versionsOf('pro')).toEqual(before);
  });
});

describe('present subscribers who go on with it', () => {
  it('do so with their first period from the date on, told at once and a week before, whoever is killed meanwhile', async () => {
    const plan = await addPlan();
    const [paying, agreed, leaving, changing] = [await buy(plan), await agree(plan), await buy(plan), await buy(plan)];
    const [old] = await versionsOf(plan);
    const start = new Date();
    const movesAt = later(31, start);
    await publish(plan, { movesAt: movesAt.toISOString() });
    const target = (await versionsOf(plan))[1];
    await work();
    const { anchor } = await subscriptionOf(paying);
    // A month from now is before the date, whatever the month.
    const secondPeriod = monthsAfter(anchor, 1);
    const at = secondPeriod >= movesAt ? secondPeriod : monthsAfter(anchor, 2);
    for (const shop of [paying, agreed, leaving]) {
      const told = await mailsTo(shop);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({
        template: 'price_change',
        values: { plan: 'Published', monthlyFee: '59.00', isReminder: false },
      });
      const change = await changeOf(shop);
      expect(change).toMatchObject({ plan: { key: plan, monthlyFee: '59.00' } });
      expect(new Date(change!.at) >= movesAt).toBe(true);
      expect(change!.at).toBe(told[0].values.at);
      expect(await subscriptionOf(shop)).toMatchObject({ price: old, next: null });
    }
    expect((await changeOf(paying))!.at).toBe(at.toISOString());
    // They may leave before.
    await leaving.tenant.put('/v1/billing/plan', { plan: 'free' }).expect(200);
    expect(await changeOf(leaving)).toBeNull();

    // Each period before the date is of the price of before.
    await addUsage(api, agreed.tenant, 'recommendation_requests', 300, {
      periodStart: (await subscriptionOf(agreed)).anchor.toISOString(),
    });
    for (const moment of [later(8.5, start), secondPeriod, later(1, secondPeriod)]) {
      await goTo(new Date(moment.getTime() + 60_000));
      await work();
    }
    if (at > secondPeriod) expect(await mailsTo(paying)).toHaveLength(1);

    await goTo(later(-7.5, at));
    // Killed between what Stripe was told and what is written down of it; and here, before the transaction ends.
    const follow = vi.spyOn(get(SubscriptionFollower), 'follow').mockRejectedValueOnce(new Error('killed'));
    await work(1);
    await work(2);
    follow.mockRestore();
    setClock(new Date(later(-7.5, at).getTime() + 6 * 60_000));
    await work();
    for (const shop of [paying, agreed]) {
      expect((await mailsTo(shop)).map(({ values }) => values.isReminder)).toEqual([false, true]);
      expect(await subscriptionOf(shop)).toMatchObject({ price: old, until: null });
    }
    expect(await subscriptionOf(paying)).toMatchObject({ next: target });
    expect((await upcoming(paying)).next).toBeNull();
    expect((await changeOf(paying))!.at).toBe(at.toISOString());
    // It is not theirs to take back.
    const again = await logIn(api, paying.tenant.email);
    expect((await again.delete('/v1/billing/plan-change').expect(409)).body.code).toBe('nothing_scheduled');

    // Who chooses another plan in the last month keeps that.
    const other = await addPlan();
    expect((await subscriptionOf(changing)).next).toBe(target);
    const person = await logIn(api, changing.tenant.email);
    await person.put('/v1/billing/plan', { plan: other }).expect(200);
    await work();
    expect(await upcoming(changing)).toMatchObject({ plan: { key: plan }, next: { key: other } });
    expect(await changeOf(changing)).toBeNull();

    const feesBefore = await feesOf(paying);
    expect(feesBefore.every((fee) => fee === 4900)).toBe(true);
    await goTo(new Date(at.getTime() + 3_700_000));
    const update = vi.spyOn(get(BillingRepository), 'updateSubscription').mockRejectedValueOnce(new Error('killed'));
    await work(1);
    update.mockRestore();
    setClock(new Date(at.getTime() + 4_200_000));
    await work();
    await until(async () => (await subscriptionOf(paying)).price === target);
    expect(await feesOf(paying)).toEqual([...feesBefore, 5900]);
    expect(await subscriptionOf(paying)).toMatchObject({ next: null });
    expect(await subscriptionOf(agreed)).toMatchObject({ price: target, next: null });
    expect(await upcoming(agreed)).toMatchObject({ plan: { key: plan } });
    await until(async () => (await upcoming(changing)).plan.key === other);
    expect((await feesOf(changing)).at(-1)).toBe(4900);
    expect((await subscriptionOf(leaving)).price).not.toBe(target);
    expect([await changeOf(paying), await changeOf(agreed)]).toEqual([null, null]);

    // 100 of 300 are included: 200 × 0.01 before, 200 × 0.02 after.
    const of = await upcoming(agreed);
    const asking = await logIn(api, agreed.tenant.email);
    await addUsage(api, asking, 'recommendation_requests', 300, { periodStart: of.periodStart });
    const end = new Date(new Date(of.periodEnd).getTime() + 2 * 3_600_000);
    setClock(end);
    await writer.bill(agreed.id, end);
    const { rows } = await owner.query(
      'SELECT total_minor::int AS total FROM invoices WHERE tenant_id = $1 ORDER BY period_start',
      [agreed.id],
    );
    expect(rows.map(({ total }) => total)).toEqual([5100, ...(at > secondPeriod ? [4900] : []), 6300]);
  });

  it('stay where the publication is withdrawn before, and are told so', async () => {
    const plan = await addPlan();
    const paying = await buy(plan);
    const [old] = await versionsOf(plan);
    // Stripe's clock may be ahead by now.
    const { anchor } = await subscriptionOf(paying);
    const agreed = await agree(plan, anchor);
    const twoMonths = monthsAfter(anchor, 2);
    const movesAt = new Date(twoMonths.getTime() - 60_000);
    const publication = await publish(plan, { movesAt: movesAt.toISOString() });
    expect(publication.mayWithdraw).toBe(true);
    const meanwhile = await buy(plan);
    await work();
    await goTo(new Date(monthsAfter(anchor, 1).getTime() + 60_000));
    await goTo(later(-7, twoMonths));
    await work();
    expect((await subscriptionOf(paying)).next).toBe((await versionsOf(plan))[1]);
    setClock(new Date());
    await decide(publication.id, 'withdraw').expect(200);
    setClock(later(-6.9, twoMonths));
    await work();
    expect((await listed(plan)).monthlyFee).toBe('49.00');
    for (const shop of [paying, agreed]) {
      expect(await subscriptionOf(shop)).toMatchObject({ price: old, next: null });
      expect((await mailsTo(shop)).map(({ template }) => template)).toEqual([
        'price_change',
        'price_change',
        'price_change_called_off',
      ]);
      expect(await changeOf(shop)).toBeNull();
    }
    await goTo(new Date(twoMonths.getTime() + 3_700_000));
    await work();
    expect((await feesOf(paying)).at(-1)).toBe(4900);
    expect(await subscriptionOf(agreed)).toMatchObject({ price: old });
    // Who bought it while it was on offer keeps it.
    expect((await feesOf(meanwhile)).at(-1)).toBe(5900);
  });

  it('are not withdrawn from a day before on', async () => {
    const plan = await addPlan();
    const { id } = await publish(plan, { movesAt: later(31).toISOString() });
    await owner.query(`UPDATE price_publications SET moves_at = now() + interval '23 hours' WHERE id = $1`, [id]);
    expect((await decide(id, 'withdraw').expect(409)).body.code).toBe('too_late_to_withdraw');
    const { id: kept } = await publish(await addPlan());
    expect((await decide(kept, 'withdraw').expect(409)).body.code).toBe('too_late_to_withdraw');
  });

  it('have thirty days, also who subscribes in between', async () => {
    const plan = await addPlan();
    await publish(plan, { validFrom: later(25).toISOString(), movesAt: later(31).toISOString() });
    setClock(later(20));
    const late = await agree(plan);
    await work();
    const { rows } = await owner.query(
      'SELECT moves_at - told_at >= $2 AS is_enough FROM price_moves WHERE tenant_id = $1',
      [late.id, '30 days'],
    );
    expect(rows).toEqual([{ is_enough: true }]);
    expect(new Date((await changeOf(late))!.at) >= later(49.9)).toBe(true);
  });
});

function monthsAfter(anchor: Date, months: number): Date {
  const at = new Date(anchor);
  const day = at.getUTCDate();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() + months);
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  at.setUTCDate(Math.min(day, last));
  return at;
}

it('a price is written by the system alone, and never changed', async () => {
  const database = get(Database);
  const [id] = await versionsOf('pro');
  await expect(
    database.system((transaction) =>
      transaction.priceVersion.update({ where: { id: id! }, data: { validFrom: new Date() } }),
    ),
  ).rejects.toThrow();
});
