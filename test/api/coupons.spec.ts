import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import type Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { CouponApplication } from '../../libs/features/coupons/coupon-application.js';
import { startApi, Tenant, type TestApi, until, WEBHOOK_SECRET } from '../factories/api.js';
import { construct } from '../factories/construct.js';
import { logInOperator } from '../factories/members.js';
import { StripeProxy } from '../factories/stripe-proxy.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-coupons-'));

let api: TestApi;
let localStripe: FastifyInstance;
let stripe: Stripe;
let direct: StripeProxy;
let proxy: StripeProxy;
let owner: pg.Client;
let operator: Tenant;
let made = 0;

beforeAll(async () => {
  const port = await freePort();
  [direct, proxy] = await Promise.all([StripeProxy.start(port), StripeProxy.start(port)]);
  api = await startApi({ STRIPE_API_URL: proxy.url, PUBLIC_URL: 'http://localhost:3000' });
  localStripe = await startLocalStripe({
    file: path.join(folder, 'stripe.db'),
    port,
    webhookUrl: `${api.url}/v1/billing/stripe/webhook`,
    webhookSecret: WEBHOOK_SECRET,
  });
  stripe = direct.client();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
});
afterEach(() => proxy.pass());
afterAll(async () => {
  direct.close();
  proxy.close();
  await Promise.all([api.close(), localStripe.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

async function make(changes: object = {}): Promise<{ id: string; code: string }> {
  const coupon = { code: `coupon-${++made}`, percentOff: '25', months: 2, ...changes };
  return (await operator.post('/v1/admin/coupons', coupon).expect(201)).body;
}
const redeem = (tenant: Tenant, code: string) => tenant.post('/v1/billing/coupons', { code });
const redeemedBy = async (tenant: Tenant) => (await tenant.get('/v1/billing/coupons').expect(200)).body.data;
const codeOf = async (call: PromiseLike<{ status: number; body: { code: string } }>) => {
  const { status, body } = await call;
  return [status, body.code];
};
const idOf = async (tenant: Tenant) => (await tenant.get('/v1/me')).body.organization.id;

async function subscribe(tenant: Tenant): Promise<string> {
  const { url } = (await tenant.post('/v1/billing/checkout-sessions', { plan: 'pro' }).expect(201)).body;
  await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ number: '4242 4242 4242 4242' }),
    redirect: 'manual',
  });
  await until(async () => (await tenant.get('/v1/billing/invoices/upcoming')).body.plan.key === 'pro');
  const { rows } = await owner.query('SELECT stripe_subscription_id AS id FROM subscriptions WHERE tenant_id = $1', [
    await idOf(tenant),
  ]);
  return rows[0].id;
}
const totalsOf = async (subscription: string) =>
  (await stripe.invoices.list({ subscription, limit: 10 })).data.map(({ total }) => total);
const discountsOf = async (subscription: string) =>
  (await stripe.subscriptions.retrieve(subscription, { expand: ['discounts'] })).discounts as Stripe.Discount[];

describe('a coupon', () => {
  it('is taken off the first fee of who enters it before they pay for a plan', async () => {
    const tenant = await Tenant.signUp(api);
    const { code } = await make();
    expect((await redeem(tenant, code.toLowerCase()).expect(201)).body).toMatchObject({
      code,
      percentOff: '25',
      months: 2,
      appliedAt: null,
    });
    const subscription = await subscribe(tenant);
    expect(await totalsOf(subscription)).toEqual([3_675]);
    await construct(api, CouponApplication).apply(await idOf(tenant));
    const [discount, ...others] = await discountsOf(subscription);
    expect(others).toEqual([]);
    expect(await redeemedBy(tenant)).toMatchObject([
      {
        appliedAt: new Date(1_000 * discount!.start).toISOString(),
        endsAt: new Date(1_000 * discount!.end!).toISOString(),
      },
    ]);
    expect((await tenant.get('/v1/billing/invoices/upcoming').expect(200)).body).toMatchObject({
      total: '36.75',
      paidInAdvance: '36.75',
    });
  });

  it('of an amount is taken off the next fee of who pays already, and of what revenue counts', async () => {
    const tenant = await Tenant.signUp(api);
    const subscription = await subscribe(tenant);
    const { code } = await make({ percentOff: null, amountOff: '10.00', currency: 'usd', months: null });
    expect((await redeem(tenant, code).expect(201)).body).toMatchObject({ amountOff: '10.00', endsAt: null });
    const { total } = await stripe.invoices.createPreview({ subscription });
    expect(total).toBe(3_900);
    const fee = async (at: string) =>
      (
        await owner.query(`SELECT fee_less_coupon($1, 4900, 'usd', now() + $2::interval)::int AS fee`, [
          await idOf(tenant),
          at,
        ])
      ).rows[0].fee;
    expect([await fee('-1 hour'), await fee('1 hour')]).toEqual([4_900, 3_900]);
  });

  it('is put on the subscription once, though Stripe’s answers are lost', async () => {
    const tenant = await Tenant.signUp(api);
    const subscription = await subscribe(tenant);
    const { code } = await make();
    let calls = 0;
    proxy.fate = ({ method }) => (method === 'POST' && calls++ < 2 ? 'lose' : 'pass');
    await redeem(tenant, code).expect(201);
    const application = construct(api, CouponApplication);
    for (let each = 0; each < 3; each++) await application.apply(await idOf(tenant)).catch(() => {});
    proxy.pass();
    await Promise.all([1, 2].map(async () => application.apply(await idOf(tenant))));
    expect(await discountsOf(subscription)).toHaveLength(1);
    expect((await redeemedBy(tenant))[0].appliedAt).not.toBeNull();
  });

  it('is redeemed as often as it may be, however many do so at once, and once by each', async () => {
    const { id, code } = await make({ redemptionsMax: 2 });
    const tenants = await Promise.all([1, 2, 3, 4].map(() => Tenant.signUp(api)));
    const answers = await Promise.all(tenants.map((tenant) => redeem(tenant, code)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 404, 404]);
    const again = tenants[answers.findIndex(({ status }) => status === 201)]!;
    expect(await codeOf(redeem(again, code))).toEqual([409, 'coupon_running']);
    await expect(owner.query('UPDATE coupons SET redemptions = 3 WHERE id = $1', [id])).rejects.toThrow(
      /coupons_redemptions/,
    );
    await expect(
      owner.query('INSERT INTO coupon_redemptions (tenant_id, coupon_id, redeemed_at) VALUES ($1, $2, now())', [
        await idOf(again),
        id,
      ]),
    ).rejects.toThrow(/coupon_redemptions_pkey/);
  });

  it('is refused where there is none, it is over, or too late, in the same words; and in another currency', async () => {
    const tenant = await Tenant.signUp(api);
    const over = await make();
    await operator.delete(`/v1/admin/coupons/${over.id}`).expect(204);
    const late = await make({ redeemBy: '2020-01-01T00:00:00.000Z' });
    for (const code of ['NEVER-WAS', over.code, late.code])
      expect(await codeOf(redeem(tenant, code))).toEqual([404, 'coupon_not_valid']);
    const { code } = await make({ percentOff: null, amountOff: '10.00', currency: 'eur' });
    await redeem(tenant, code).expect(201);
    // It takes nothing off a plan in another one, and keeps nobody from it.
    await tenant.post('/v1/billing/checkout-sessions', { plan: 'pro' }).expect(201);
    const paying = await Tenant.signUp(api);
    await subscribe(paying);
    expect(await codeOf(redeem(paying, code))).toEqual([409, 'coupon_other_currency']);
  });

  it('takes off a percentage or an amount, has a code of its own, and is listed', async () => {
    const { id, code } = await make();
    const post = (body: object) => operator.post('/v1/admin/coupons', { code: `coupon-${++made}`, ...body });
    expect(await codeOf(post({ code, percentOff: '10' }))).toEqual([409, 'coupon_exists']);
    for (const wrong of [
      {},
      { percentOff: '10', amountOff: '1.00', currency: 'usd' },
      { amountOff: '1.00' },
      { percentOff: '0' },
      { percentOff: '100.01' },
      { percentOff: '10', code: 'a b' },
    ])
      expect(await codeOf(post(wrong))).toEqual([400, 'invalid_request']);
    const { data } = (await operator.get('/v1/admin/coupons').expect(200)).body;
    expect(data.find((each: any) => each.id === id)).toMatchObject({ code, redemptions: 0, endedAt: null });
  });
});
