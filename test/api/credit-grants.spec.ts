import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import type Stripe from 'stripe';
import { uuidv7 } from 'uuidv7';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { AutomaticTopUps } from '../../libs/features/credit-grants/automatic-top-ups.js';
import { CreditRefundSender } from '../../libs/features/credit-grants/credit-refund-sender.js';
import { CreditGrantsRepository, CreditPurchases } from '../../libs/features/credit-grants/index.js';
import { InvoiceWriter } from '../../libs/features/invoices/invoice-writer.js';
import { OrganizationDeletion } from '../../libs/features/organizations/organization-deletion.js';
import { UsageService } from '../../libs/features/usage/index.js';
import { startApi, Tenant, type TestApi, until, WEBHOOK_SECRET } from '../factories/api.js';
import { construct } from '../factories/construct.js';
import { logInOperator } from '../factories/members.js';
import { textOfPdf } from '../factories/pdf.js';
import { type Fate, StripeProxy } from '../factories/stripe-proxy.js';
import { addUsage } from '../factories/usage.js';

const REASON = 'For the outage of 3 November';
const folder = mkdtempSync(path.join(tmpdir(), 'kindred-credits-'));

let api: TestApi;
let localStripe: FastifyInstance;
let stripe: Stripe;
let direct: StripeProxy;
let proxy: StripeProxy;
let owner: pg.Client;
let first: Tenant;
let second: Tenant;
let writer: InvoiceWriter;

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
  [first, second] = [await logInOperator(api), await logInOperator(api)];
  writer = construct(api, InvoiceWriter);
});
afterEach(() => proxy.pass());
afterAll(async () => {
  direct.close();
  proxy.close();
  await Promise.all([api.close(), localStripe.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

interface Shop {
  tenant: Tenant;
  id: string;
}

async function signUp(): Promise<Shop> {
  const tenant = await Tenant.signUp(api, 'Credit shop');
  return { tenant, id: (await tenant.get('/v1/me')).body.organization.id };
}

/** An organization that pays for Pro, 49.00 a month, without Stripe since then. */
async function signUpOnPro(anchor: Date): Promise<Shop> {
  const shop = await signUp();
  await owner.query('DELETE FROM billing_periods WHERE tenant_id = $1', [shop.id]);
  await owner.query(
    `UPDATE subscriptions SET anchor_at = $2, price_version_id =
       (SELECT id FROM price_versions WHERE plan_key = 'pro' AND currency = 'usd' ORDER BY version DESC LIMIT 1) WHERE tenant_id = $1`,
    [shop.id, anchor],
  );
  return shop;
}

/** As Stripe knows them, with a card on file unless told otherwise. */
async function withCustomer(shop: Shop, card: string | null = 'pm_card_visa'): Promise<string> {
  const customer = (await stripe.customers.create({ name: 'Credit shop' })).id;
  if (card) {
    const { id } = await stripe.paymentMethods.attach(card, { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } });
  }
  await owner.query('UPDATE organizations SET stripe_customer_id = $2 WHERE id = $1', [shop.id, customer]);
  return customer;
}

/** A grant as an operator makes it, at a time of the test's own. */
async function addGrant(
  { id: tenantId }: Shop,
  amountMinor: number,
  { expiresAt = null as Date | null, kind = 'promotional', createdAt = new Date() } = {},
): Promise<string> {
  const id = uuidv7();
  const isGiven = kind === 'promotional';
  await owner.query(
    `INSERT INTO credit_grants (tenant_id, id, kind, status, currency, amount_minor, expires_at, reason, created_by, created_at, decided_by, decided_at, stripe_invoice_id)
     VALUES ($1, $2, $3::credit_grant_kind, 'granted', 'usd', $4, $5, $6, $7, $8, $7, $8, $9)`,
    [
      tenantId,
      id,
      kind,
      amountMinor,
      expiresAt,
      isGiven ? REASON : null,
      isGiven ? uuidv7() : null,
      createdAt,
      isGiven ? null : `in_${id}`,
    ],
  );
  return id;
}

const grant = (by: Tenant, { id }: Shop, changes: object = {}) =>
  by.post(`/v1/admin/organizations/${id}/credit-grants`, {
    amount: '60.00',
    currency: 'usd',
    reason: REASON,
    ...changes,
  });
const decide = (by: Tenant, { id }: Shop, grantId: string, word: 'confirm' | 'decline') =>
  by.post(`/v1/admin/organizations/${id}/credit-grants/${grantId}/${word}`, {});
const balanceOf = async ({ tenant }: Shop) => (await tenant.get('/v1/billing/credit-balance').expect(200)).body;
const grantsOf = async ({ tenant }: Shop) => (await tenant.get('/v1/billing/credit-grants').expect(200)).body.data;
const invoicesOf = async ({ tenant }: Shop) => (await tenant.get('/v1/billing/invoices').expect(200)).body.data;
const actionsOf = async ({ tenant }: Shop) =>
  (await tenant.get('/v1/audit-events').expect(200)).body.data
    .map(({ action }: any) => action)
    .filter((action: string) => action.startsWith('credit_'))
    .toReversed();
const codeOf = async (call: PromiseLike<{ status: number; body: { code: string } }>) => {
  const { status, body } = await call;
  return [status, body.code];
};

describe('an invoice', () => {
  const ANCHOR = new Date('2037-01-01T00:00:00Z');
  const END = new Date('2037-02-01T00:00:00Z');
  const CLOSED = new Date('2037-02-01T01:00:00Z');

  it('is paid by credits as far as they go, and says so on its page, its PDF, by mail and to programs', async () => {
    const shop = await signUpOnPro(ANCHOR);
    await addGrant(shop, 2_000);
    await writer.bill(shop.id, CLOSED);
    const [invoice] = await invoicesOf(shop);
    expect(invoice).toMatchObject({ status: 'open', total: '49.00', credits: '20.00', due: '29.00' });
    const messages = (await shop.tenant.get('/v1/webhook-messages?type=invoice.finalized').expect(200)).body.data;
    expect(messages).toMatchObject([{ data: { total: '49.00', amountDue: '29.00' } }]);
    const mails = await owner.query(`SELECT values FROM emails WHERE tenant_id = $1 AND template = 'invoice_issued'`, [
      shop.id,
    ]);
    expect(mails.rows).toMatchObject([{ values: { total: '49.00', credits: '20.00', amountDue: '29.00' } }]);
    const pdf = await fetch(`${api.url}/v1/billing/invoices/${invoice.id}/pdf`, {
      headers: { cookie: shop.tenant.cookie },
    });
    const text = (await textOfPdf(new Uint8Array(await pdf.arrayBuffer()))).join('');
    expect(text).toContain('TotalUSD49.00Prepaidcredits-USD20.00DueUSD29.00');
    expect(await grantsOf(shop)).toMatchObject([{ amount: '20.00', left: '0.00', status: 'used_up' }]);
  });

  it('that credits pay wholly is paid at once', async () => {
    const shop = await signUpOnPro(ANCHOR);
    await addGrant(shop, 5_000);
    await writer.bill(shop.id, CLOSED);
    expect(await invoicesOf(shop)).toMatchObject([
      { status: 'paid', total: '49.00', credits: '49.00', due: '0.00', paidAt: CLOSED.toISOString() },
    ]);
    expect((await shop.tenant.get('/v1/webhook-messages?type=invoice.paid').expect(200)).body.data).toHaveLength(1);
    expect(await balanceOf(shop)).toMatchObject({ balance: '1.00' });
  });

  it('uses no grant that had expired at the end of its period, and one that expires with it', async () => {
    const shop = await signUpOnPro(ANCHOR);
    const late = await addGrant(shop, 700, { expiresAt: END });
    const early = await addGrant(shop, 800, { expiresAt: new Date(END.getTime() - 1) });
    await writer.bill(shop.id, CLOSED);
    expect(await invoicesOf(shop)).toMatchObject([{ credits: '7.00', due: '42.00' }]);
    const used = await owner.query('SELECT grant_id FROM credit_applications WHERE tenant_id = $1', [shop.id]);
    expect(used.rows).toEqual([{ grant_id: late }]);
    expect(early).not.toBe(late);
  });

  it('B8: uses credits once, whichever of two workers writes it, and none where its writer ends in between', async () => {
    const shop = await signUpOnPro(ANCHOR);
    const usage = { periodStart: ANCHOR.toISOString() };
    await addUsage(api, shop.tenant, 'recommendation_requests', 2_100_000, usage);
    await addGrant(shop, 10_000);
    const broken = construct(api, InvoiceWriter);
    const credits = new CreditGrantsRepository();
    credits.apply = () => Promise.reject(new Error('killed'));
    Object.assign(broken, { credits });
    await expect(broken.bill(shop.id, CLOSED)).rejects.toThrow('killed');
    expect(await invoicesOf(shop)).toEqual([]);
    expect(await balanceOf(shop)).toMatchObject({ balance: '100.00' });
    await Promise.all([1, 2].map(() => writer.bill(shop.id, CLOSED)));
    expect(await invoicesOf(shop)).toMatchObject([{ total: '449.00', credits: '100.00', due: '349.00' }]);
    expect(await balanceOf(shop)).toMatchObject({ balance: '0.00' });
  });

  it('B8: that is void gives back what it used', async () => {
    const shop = await signUpOnPro(ANCHOR);
    await addGrant(shop, 2_000);
    await writer.bill(shop.id, CLOSED);
    await owner.query(`UPDATE invoices SET status = 'void' WHERE tenant_id = $1`, [shop.id]);
    expect(await grantsOf(shop)).toMatchObject([{ left: '20.00', status: 'active' }]);
    await writer.bill(shop.id, new Date('2037-03-01T01:00:00Z'));
    expect((await invoicesOf(shop))[0]).toMatchObject({ credits: '20.00', due: '29.00' });
  });

  it('takes no more of a grant than it is, whoever writes the row', async () => {
    const shop = await signUpOnPro(ANCHOR);
    await writer.bill(shop.id, CLOSED);
    const [{ id: invoiceId }] = await invoicesOf(shop);
    const use = (grantId: string, amount: number) =>
      owner.query(
        'INSERT INTO credit_applications (tenant_id, invoice_id, grant_id, amount_minor) VALUES ($1, $2, $3, $4)',
        [shop.id, invoiceId, grantId, amount],
      );
    await expect(use(await addGrant(shop, 500), 501)).rejects.toThrow(/is used up/);
    await expect(use(await addGrant(shop, 500, { expiresAt: ANCHOR }), 1)).rejects.toThrow(/does not pay for/);
  });

  it('B8: and all before it use of each grant what it is at most, in their order, whatever was granted when and until when', async () => {
    const months = 4;
    const anyGrant = fc.record({
      amount: fc.integer({ min: 1, max: 9_000 }),
      expires: fc.option(fc.integer({ min: 0, max: 31 * months }), { nil: null }),
      kind: fc.constantFrom('promotional', 'purchased'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyGrant, { maxLength: 6 }), async (grants) => {
        const shop = await signUpOnPro(ANCHOR);
        for (const [place, { amount, expires, kind }] of grants.entries())
          await addGrant(shop, amount, {
            kind,
            expiresAt: expires === null ? null : new Date(ANCHOR.getTime() + expires * 86_400_000),
            createdAt: new Date(ANCHOR.getTime() + place),
          });
        for (let month = 1; month <= months; month++) await writer.bill(shop.id, new Date(Date.UTC(2037, month, 1, 1)));
        const { rows } = await owner.query(
          `SELECT invoices.id, period_end, total_minor::int AS total, credits_minor::int AS credits,
             coalesce(jsonb_agg(jsonb_build_object('grant', grant_id, 'amount', amount_minor)) FILTER (WHERE grant_id IS NOT NULL), '[]') AS used
           FROM invoices LEFT JOIN credit_applications ON credit_applications.tenant_id = invoices.tenant_id AND invoice_id = invoices.id
           WHERE invoices.tenant_id = $1 GROUP BY invoices.tenant_id, invoices.id ORDER BY period_end`,
          [shop.id],
        );
        const kept = await owner.query(
          'SELECT id, amount_minor::int AS amount, expires_at, kind, created_at FROM credit_grants WHERE tenant_id = $1',
          [shop.id],
        );
        const left = new Map<string, number>(kept.rows.map(({ id, amount }) => [id, amount]));
        const ordered = kept.rows
          .map((row) => ({ ...row, expires_at: row.expires_at ?? new Date(8e15) }))
          .toSorted(
            (a, b) =>
              a.expires_at - b.expires_at ||
              (a.kind === b.kind ? a.created_at - b.created_at : a.kind === 'promotional' ? -1 : 1),
          );
        expect(rows).toHaveLength(months);
        for (const { period_end: end, total, credits, used } of rows) {
          const expected = new Map<string, number>();
          let rest = total;
          for (const { id, expires_at: expires } of ordered) {
            const amount = expires >= end ? Math.min(rest, left.get(id)!) : 0;
            if (amount === 0) continue;
            expected.set(id, amount);
            left.set(id, left.get(id)! - amount);
            rest -= amount;
          }
          expect(new Map(used.map((each: any) => [each.grant, each.amount]))).toEqual(expected);
          expect(credits).toBe(total - rest);
        }
      }),
      { numRuns: 12 },
    );
  });
});

describe('credits that operators give', () => {
  it('S39: are there at once where one may give so much alone, and many small ones are no way around the second', async () => {
    const shop = await signUp();
    const { body: made } = await grant(first, shop).expect(201);
    expect(made).toMatchObject({ status: 'active', amount: '60.00', createdBy: first.email, isYours: true });
    expect(await balanceOf(shop)).toMatchObject({ currency: 'usd', balance: '60.00', unpaid: null, topUp: null });
    const { body: seen } = await second.get(`/v1/admin/organizations/${shop.id}/credit-balance`).expect(200);
    expect(seen).toMatchObject({ balance: '60.00', aloneMax: '40.00' });
    expect((await grant(second, shop).expect(201)).body.status).toBe('proposed');
    expect((await grant(second, shop, { amount: '40.00' }).expect(201)).body.status).toBe('active');
    expect(await balanceOf(shop)).toMatchObject({ balance: '100.00' });
    expect(await grantsOf(shop)).toHaveLength(2);
  });

  it('S39: wait for another operator where they are more, who confirms them once or declines them', async () => {
    const shop = await signUp();
    const { body: proposed } = await grant(first, shop, { amount: '100.01' }).expect(201);
    expect(await grantsOf(shop)).toEqual([]);
    expect(await codeOf(decide(first, shop, proposed.id, 'confirm'))).toEqual([403, 'second_person_required']);
    const answers = await Promise.all([1, 2].map(() => decide(second, shop, proposed.id, 'confirm')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(await balanceOf(shop)).toMatchObject({ balance: '100.01' });
    const { body: other } = await grant(first, shop, { amount: '500.00' }).expect(201);
    expect((await decide(second, shop, other.id, 'decline').expect(200)).body.status).toBe('declined');
    expect(await codeOf(decide(second, shop, other.id, 'confirm'))).toEqual([409, 'credit_grant_decided']);
    expect(await actionsOf(shop)).toEqual([
      'credit_grant.proposed',
      'credit_grant.granted',
      'credit_grant.proposed',
      'credit_grant.declined',
    ]);
  });

  it('S39: are not given by one person whoever writes the row, nor after seven days', async () => {
    const shop = await signUp();
    const { body: proposed } = await grant(first, shop, { amount: '100.01' }).expect(201);
    await expect(
      owner.query(
        `UPDATE credit_grants SET status = 'granted', decided_by = created_by, decided_at = now() WHERE id = $1`,
        [proposed.id],
      ),
    ).rejects.toThrow(/credit_grants_second_is_another/);
    await owner.query(`UPDATE credit_grants SET created_at = created_at - interval '7 days' WHERE id = $1`, [
      proposed.id,
    ]);
    expect(await codeOf(decide(second, shop, proposed.id, 'confirm'))).toEqual([409, 'credit_grant_expired']);
  });

  it('are of the currency of the organization, which it keeps from then on, and of a time to come', async () => {
    const shop = await signUp();
    expect(await codeOf(grant(first, shop, { currency: 'eur' }))).toEqual([400, 'invalid_request']);
    expect(await codeOf(grant(first, shop, { expiresAt: '2020-01-01T00:00:00.000Z' }))).toEqual([
      400,
      'invalid_request',
    ]);
    expect(await codeOf(grant(first, shop, { amount: '0.00' }))).toEqual([400, 'invalid_request']);
    expect(await codeOf(grant(first, shop, { amount: '1.001' }))).toEqual([400, 'invalid_request']);
    await grant(first, shop).expect(201);
    expect((await shop.tenant.get('/v1/billing/plans').expect(200)).body.currencies).toEqual(['usd']);
  });

  it('are not confirmed in another currency than the organization has fixed since', async () => {
    const shop = await signUp();
    const { body: proposed } = await grant(first, shop, { amount: '100.01' }).expect(201);
    await owner.query(`UPDATE subscriptions SET fixed_currency = 'eur' WHERE tenant_id = $1`, [shop.id]);
    // By a Checkout that is open; one who has paid is answered 400.
    expect(await codeOf(decide(second, shop, proposed.id, 'confirm'))).toEqual([409, 'other_currency']);
    await decide(second, shop, proposed.id, 'decline').expect(200);
  });

  it('are shown as expired, with what is left of them, and count no more', async () => {
    const shop = await signUp();
    await addGrant(shop, 500, { expiresAt: new Date(Date.now() - 1) });
    expect(await grantsOf(shop)).toMatchObject([{ status: 'expired', left: '5.00' }]);
    expect(await balanceOf(shop)).toMatchObject({ balance: '0.00' });
  });
});

const buy = ({ tenant }: Shop, amount = '50.00') =>
  tenant.post('/v1/billing/credit-purchases', { amount, currency: 'usd' });
const chargesOf = async (customer: string) =>
  (await stripe.invoices.list({ customer, status: 'paid', limit: 100 })).data.map((each) => each.amount_paid);

describe('credits that are bought', () => {
  it('are there once the card is charged, once, however often Stripe says so', async () => {
    const shop = await signUp();
    const customer = await withCustomer(shop);
    const { body: bought } = await buy(shop).expect(201);
    expect(bought).toMatchObject({ status: 'paid', payUrl: null });
    const [invoice] = (await stripe.invoices.list({ customer })).data;
    const purchases = construct(api, CreditPurchases);
    expect(await Promise.all([1, 2, 3].map(() => purchases.follow(shop.id, invoice!.id!)))).toEqual([
      'granted',
      'granted',
      'granted',
    ]);
    expect(await grantsOf(shop)).toMatchObject([{ id: bought.id, kind: 'purchased', amount: '50.00', left: '50.00' }]);
    expect(await chargesOf(customer)).toEqual([5_000]);
    expect(await actionsOf(shop)).toEqual(['credit_grant.ordered', 'credit_grant.granted']);
  });

  it('are paid on Stripe’s page where no card is on file, and told by its event', async () => {
    const shop = await signUp();
    const { body: bought } = await buy(shop).expect(201);
    expect(bought).toMatchObject({ status: 'to_be_paid', payUrl: expect.stringContaining('http') });
    expect(await balanceOf(shop)).toMatchObject({
      balance: '0.00',
      unpaid: { id: bought.id, amount: '50.00', payUrl: bought.payUrl, isAutomatic: false },
    });
    // Once more is the same purchase.
    expect((await buy(shop).expect(201)).body).toEqual(bought);
    const { rows } = await owner.query('SELECT stripe_invoice_id AS invoice FROM credit_grants WHERE id = $1', [
      bought.id,
    ]);
    await stripe.invoices.pay(rows[0].invoice, { paid_out_of_band: true });
    await until(async () => (await balanceOf(shop)).balance === '50.00');
    expect(await balanceOf(shop)).toMatchObject({ unpaid: null });
  });

  it('of another amount take the place of those that nobody has paid', async () => {
    const shop = await signUp();
    const customer = await withCustomer(shop, 'pm_card_chargeCustomerFail');
    expect((await buy(shop).expect(201)).body.status).toBe('to_be_paid');
    const { body: other } = await buy(shop, '70.00').expect(201);
    expect(await balanceOf(shop)).toMatchObject({ unpaid: { id: other.id, amount: '70.00' } });
    const statuses = (await stripe.invoices.list({ customer })).data.map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(['open', 'void']);
  });

  const FATES: [string, Fate][] = [
    ['is lost on its way', 'drop'],
    ['is done and its answer lost', 'lose'],
  ];
  describe.each(FATES)('where a call to Stripe %s', (_, fate) => {
    it.each([1, 2, 3, 4, 5])(
      'the %i. of those that change something: they are charged once, and there once',
      async (place) => {
        const shop = await signUp();
        const customer = await withCustomer(shop);
        let seen = 0;
        proxy.fate = ({ method }) => (method === 'POST' && ++seen === place ? fate : 'pass');
        await buy(shop);
        proxy.pass();
        if ((await balanceOf(shop)).balance !== '50.00') await buy(shop).expect(201);
        await until(async () => (await balanceOf(shop)).balance === '50.00');
        expect(await chargesOf(customer)).toEqual([5_000]);
        expect(await grantsOf(shop)).toHaveLength(1);
      },
    );
  });

  it('by two clicks at once are one purchase', async () => {
    const shop = await signUp();
    const customer = await withCustomer(shop);
    await Promise.all([buy(shop), buy(shop)]);
    await until(async () => (await balanceOf(shop)).unpaid === null);
    const charges = await chargesOf(customer);
    // Whoever came after the first was there bought anew; never twice for one grant.
    expect(await grantsOf(shop)).toHaveLength(charges.length);
  });
});

describe('the automatic top-up', () => {
  const SETTINGS = { currency: 'usd', threshold: '20.00', amount: '50.00', monthlyMax: '120.00' };
  const put = ({ tenant }: Shop, changes: object = {}) =>
    tenant.put('/v1/billing/credit-top-up', { ...SETTINGS, ...changes });
  const turn = () => (construct(api, AutomaticTopUps) as unknown as { work(): Promise<void> }).work();
  const spend = (shop: Shop) =>
    owner.query(`UPDATE credit_grants SET expires_at = created_at WHERE tenant_id = $1`, [shop.id]);

  it('buys where what is left, less what is not billed yet, falls below the threshold, up to the most of a month', async () => {
    const shop = await signUpOnPro(new Date(Date.now() - 86_400_000));
    const customer = await withCustomer(shop);
    await addGrant(shop, 7_000);
    await put(shop).expect(204);
    expect(await balanceOf(shop)).toMatchObject({
      balance: '70.00',
      unbilled: '49.00',
      available: '21.00',
      topUp: { threshold: '20.00', amount: '50.00', monthlyMax: '120.00', stoppedAt: null },
    });
    await turn();
    expect(await chargesOf(customer)).toEqual([]);
    // 10,000 × 0.0002
    await addUsage(api, shop.tenant, 'recommendation_requests', 110_000);
    await Promise.all([turn(), turn()]);
    await turn();
    expect(await chargesOf(customer)).toEqual([5_000]);
    expect(await balanceOf(shop)).toMatchObject({ balance: '120.00', available: '69.00' });
    await spend(shop);
    await turn();
    await spend(shop);
    await turn();
    expect(await chargesOf(customer)).toEqual([5_000, 5_000]);
  });

  it('is stopped by a card that is refused, which they are told once, and goes on when it is put again', async () => {
    const shop = await signUp();
    const customer = await withCustomer(shop, 'pm_card_chargeCustomerFail');
    await put(shop).expect(204);
    await turn();
    await turn();
    expect((await balanceOf(shop)).topUp.stoppedAt).not.toBeNull();
    expect(await balanceOf(shop)).toMatchObject({ balance: '0.00', unpaid: null });
    const mails = () =>
      owner.query(`SELECT values FROM emails WHERE tenant_id = $1 AND template = 'credit_top_up_stopped'`, [shop.id]);
    expect((await mails()).rows).toEqual([{ values: { amount: '50.00', currency: 'usd' } }]);
    expect((await stripe.invoices.list({ customer })).data.map(({ status }) => status)).toEqual(['void']);
    const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } });
    await put(shop).expect(204);
    await turn();
    expect(await balanceOf(shop)).toMatchObject({ balance: '50.00', topUp: { stoppedAt: null } });
    await shop.tenant.delete('/v1/billing/credit-top-up').expect(204);
    await shop.tenant.delete('/v1/billing/credit-top-up').expect(204);
    expect((await balanceOf(shop)).topUp).toBeNull();
    expect(await actionsOf(shop)).toEqual([
      'credit_top_up.put',
      'credit_grant.ordered',
      'credit_grant.declined',
      'credit_top_up.stopped',
      'credit_top_up.put',
      'credit_grant.ordered',
      'credit_grant.granted',
      'credit_top_up.deleted',
    ]);
  });

  it('buys once though Stripe’s answers are lost, whichever worker goes on', async () => {
    const shop = await signUp();
    const customer = await withCustomer(shop);
    await put(shop).expect(204);
    let calls = 0;
    proxy.fate = ({ method }) => (method === 'POST' && calls++ % 2 === 0 ? 'lose' : 'pass');
    for (let each = 0; each < 5; each++) await turn();
    proxy.pass();
    await turn();
    expect(await chargesOf(customer)).toEqual([5_000]);
    expect(await balanceOf(shop)).toMatchObject({ balance: '50.00', unpaid: null });
  });

  it('charges no card by what a worker that was killed had ordered, once it is stopped', async () => {
    const shop = await signUp();
    const customer = await withCustomer(shop);
    await put(shop).expect(204);
    const killed = construct(api, AutomaticTopUps);
    const purchases = construct(api, CreditPurchases);
    purchases.carryOn = () => Promise.reject(new Error('killed'));
    Object.assign(killed, { purchases });
    await (killed as unknown as { work(): Promise<void> }).work();
    expect(await balanceOf(shop)).toMatchObject({ unpaid: { isAutomatic: true } });
    await owner.query('UPDATE credit_top_ups SET stopped_at = now() WHERE tenant_id = $1', [shop.id]);
    await turn();
    expect(await chargesOf(customer)).toEqual([]);
    expect(await balanceOf(shop)).toMatchObject({ unpaid: null, balance: '0.00' });
  });

  it('wants a card, and a month’s most that allows one purchase', async () => {
    const shop = await signUp();
    expect(await codeOf(put(shop))).toEqual([409, 'no_card']);
    await withCustomer(shop);
    expect(await codeOf(put(shop, { monthlyMax: '49.99' }))).toEqual([400, 'invalid_request']);
    expect(await codeOf(put(shop, { currency: 'eur' }))).toEqual([400, 'invalid_request']);
  });

  it('ends what nobody has paid for a day', async () => {
    const shop = await signUp();
    await buy(shop).expect(201);
    await owner.query(`UPDATE credit_grants SET created_at = created_at - interval '1 day' WHERE tenant_id = $1`, [
      shop.id,
    ]);
    await turn();
    expect(await balanceOf(shop)).toMatchObject({ unpaid: null, balance: '0.00' });
  });
});

/** The invoice of a purchase at Stripe, and the charge that paid it. */
async function paidOf(grantId: string): Promise<{ invoice: string; charge: string }> {
  const { rows } = await owner.query('SELECT stripe_invoice_id AS invoice FROM credit_grants WHERE id = $1', [grantId]);
  const [paid] = (await stripe.invoicePayments.list({ invoice: rows[0].invoice })).data;
  const intent = await stripe.paymentIntents.retrieve(paid!.payment.payment_intent as string);
  return { invoice: rows[0].invoice, charge: intent.latest_charge as string };
}
const isWorth = (shop: Shop, balance: string) => until(async () => (await balanceOf(shop)).balance === balance);
const operatorsBalanceOf = async ({ id }: Shop) =>
  (await first.get(`/v1/admin/organizations/${id}/credit-balance`).expect(200)).body;

describe('credits that were bought, and whose money goes back', () => {
  const ANCHOR = new Date('2037-01-01T00:00:00Z');
  const after = (months: number) => new Date(Date.UTC(2037, months, 1, 1));

  it('are worth less by each refund, and nothing once all is refunded, however often and in which order Stripe says so', async () => {
    const shop = await signUp();
    await withCustomer(shop);
    const { body: bought } = await buy(shop).expect(201);
    const { invoice, charge } = await paidOf(bought.id);
    await stripe.refunds.create({ charge, amount: 2_000 });
    await isWorth(shop, '30.00');
    const purchases = construct(api, CreditPurchases);
    // One that has asked before the second refund, and writes after who has asked since.
    let [release, isHeld] = [() => {}, false];
    proxy.hold = ({ path: asked }) => {
      if (isHeld || !asked.startsWith('/v1/charges?')) return Promise.resolve();
      isHeld = true;
      return new Promise((resolve) => (release = resolve));
    };
    const late = purchases.follow(shop.id, invoice);
    await until(() => isHeld);
    await stripe.refunds.create({ charge });
    await isWorth(shop, '0.00');
    release();
    await late;
    proxy.hold = async () => {};
    await Promise.all([1, 2, 3].map(() => purchases.follow(shop.id, invoice)));
    expect(await grantsOf(shop)).toMatchObject([
      { amount: '50.00', takenBack: '50.00', left: '0.00', status: 'used_up' },
    ]);
    expect(await balanceOf(shop)).toMatchObject({ balance: '0.00', owed: '0.00' });
    const mails = await owner.query(
      `SELECT values FROM emails WHERE tenant_id = $1 AND template = 'credits_taken_back' ORDER BY id`,
      [shop.id],
    );
    expect(mails.rows.map(({ values }) => values)).toEqual([
      { amount: '20.00', owed: '0.00', currency: 'usd' },
      { amount: '30.00', owed: '0.00', currency: 'usd' },
    ]);
    expect(await actionsOf(shop)).toEqual([
      'credit_grant.ordered',
      'credit_grant.granted',
      'credit_grant.taken_back',
      'credit_grant.taken_back',
    ]);
  });

  it('are owed as far as they were used: the next invoice asks for that, once, less other credits', async () => {
    const shop = await signUpOnPro(ANCHOR);
    await withCustomer(shop);
    const { body: bought } = await buy(shop).expect(201);
    await writer.bill(shop.id, after(1));
    expect((await invoicesOf(shop))[0]).toMatchObject({ total: '49.00', credits: '49.00', status: 'paid' });
    const { charge } = await paidOf(bought.id);
    await stripe.refunds.create({ charge });
    await until(async () => (await balanceOf(shop)).owed === '49.00');
    expect(await operatorsBalanceOf(shop)).toMatchObject({ balance: '0.00', owed: '49.00' });
    expect(await grantsOf(shop)).toMatchObject([{ left: '0.00', takenBack: '50.00' }]);
    await addGrant(shop, 3_000);
    const broken = construct(api, InvoiceWriter);
    const credits = new CreditGrantsRepository();
    credits.apply = () => Promise.reject(new Error('killed'));
    Object.assign(broken, { credits });
    await expect(broken.bill(shop.id, after(2))).rejects.toThrow('killed');
    expect(await balanceOf(shop)).toMatchObject({ owed: '49.00' });
    await Promise.all([1, 2].map(() => writer.bill(shop.id, after(2))));
    const [invoice] = await invoicesOf(shop);
    // Stripe is to collect it, who took the money for the credits too.
    expect(invoice).toMatchObject({ status: 'draft', total: '49.00', credits: '-19.00', due: '68.00' });
    expect(await balanceOf(shop)).toMatchObject({ balance: '0.00', owed: '0.00' });
    await writer.bill(shop.id, after(3));
    expect((await invoicesOf(shop))[0]).toMatchObject({ credits: '0.00', due: '49.00' });
    const pdf = await fetch(`${api.url}/v1/billing/invoices/${invoice.id}/pdf`, {
      headers: { cookie: shop.tenant.cookie },
    });
    const text = (await textOfPdf(new Uint8Array(await pdf.arrayBuffer()))).join('');
    expect(text).toContain('PrepaidcreditsgivenortakenbackUSD19.00DueUSD68.00');
  });

  it('cannot be used while a bank disputes them, are there again where it decides for us, and gone where not', async () => {
    const shop = await signUp();
    await withCustomer(shop, 'pm_card_createDispute');
    await shop.tenant
      .put('/v1/billing/credit-top-up', { currency: 'usd', threshold: '20.00', amount: '50.00', monthlyMax: '120.00' })
      .expect(204);
    const { body: won } = await buy(shop).expect(201);
    await until(async () => (await grantsOf(shop))[0]?.takenBack === '50.00');
    expect(await balanceOf(shop)).toMatchObject({ balance: '0.00', topUp: { stoppedAt: expect.any(String) } });
    const topUp = { currency: 'usd', threshold: '20.00', amount: '50.00', monthlyMax: '120.00' };
    expect(await codeOf(shop.tenant.put('/v1/billing/credit-top-up', topUp))).toEqual([409, 'charge_disputed']);
    expect((await balanceOf(shop)).topUp.stoppedAt).not.toBeNull();
    const disputeOf = async (grantId: string) =>
      (await stripe.disputes.list({ charge: (await paidOf(grantId)).charge })).data[0]!.id;
    await stripe.disputes.update(await disputeOf(won.id), { evidence: { uncategorized_text: 'winning_evidence' } });
    await isWorth(shop, '50.00');
    const { body: lost } = await buy(shop).expect(201);
    await until(async () => (await grantsOf(shop))[0]?.takenBack === '50.00');
    await stripe.disputes.close(await disputeOf(lost.id));
    await shop.tenant.put('/v1/billing/credit-top-up', topUp).expect(204);
    await construct(api, CreditPurchases).follow(shop.id, (await paidOf(lost.id)).invoice);
    expect(await balanceOf(shop)).toMatchObject({ balance: '50.00', owed: '0.00' });
    expect(await grantsOf(shop)).toMatchObject([
      { id: lost.id, left: '0.00', takenBack: '50.00' },
      { id: won.id, left: '50.00', takenBack: '0.00' },
    ]);
    expect(await actionsOf(shop)).toEqual(expect.arrayContaining(['credit_top_up.stopped', 'credit_grant.given_back']));
    const { rows } = await owner.query(
      `SELECT effect FROM stripe_events WHERE tenant_id = $1 AND type LIKE 'charge.dispute.%'`,
      [shop.id],
    );
    expect(rows.length).toBeGreaterThan(3);
  });

  it('pay for nothing more than is left of them, whoever writes the row', async () => {
    const shop = await signUpOnPro(ANCHOR);
    await writer.bill(shop.id, after(1));
    const [{ id: invoiceId }] = await invoicesOf(shop);
    const use = (grantId: string, amount: number) =>
      owner.query(
        'INSERT INTO credit_applications (tenant_id, invoice_id, grant_id, amount_minor) VALUES ($1, $2, $3, $4)',
        [shop.id, invoiceId, grantId, amount],
      );
    const bought = await addGrant(shop, 500, { kind: 'purchased' });
    await owner.query('UPDATE credit_grants SET taken_back_minor = 200 WHERE id = $1', [bought]);
    await expect(use(bought, 301)).rejects.toThrow(/is used up/);
    await expect(use(bought, -1)).rejects.toThrow(/was not used so much/);
  });

  it('are there again where the bank does not take the refund', async () => {
    const shop = await signUp();
    await withCustomer(shop);
    const { body: bought } = await buy(shop).expect(201);
    const { charge } = await paidOf(bought.id);
    const { id } = await stripe.refunds.create({ charge, amount: 2_000 });
    await isWorth(shop, '30.00');
    await stripe.refunds.update(id, { metadata: { bank: 'refuses' } });
    await isWorth(shop, '50.00');
  });

  it('stay as Stripe says now, whoever asked before and writes after those who saw nothing change', async () => {
    const shop = await signUp();
    await withCustomer(shop, 'pm_card_createDispute');
    const { body: bought } = await buy(shop).expect(201);
    const { invoice, charge } = await paidOf(bought.id);
    const followed = async (type: string) => {
      const { rows } = await owner.query(
        'SELECT count(*)::int AS count FROM stripe_events WHERE tenant_id = $1 AND type = $2 AND effect IS NOT NULL',
        [shop.id, type],
      );
      return rows[0].count > 0;
    };
    await until(() => followed('charge.dispute.funds_withdrawn'));
    await until(async () => (await stripe.events.list({ delivery_success: false })).data.length === 0);
    // As though nobody had seen the dispute yet.
    await owner.query('UPDATE credit_grants SET taken_back_minor = 0 WHERE id = $1', [bought.id]);
    let [release, isHeld] = [() => {}, false];
    proxy.hold = ({ path: asked }) => {
      if (isHeld || !asked.startsWith('/v1/disputes?')) return Promise.resolve();
      isHeld = true;
      return new Promise((resolve) => (release = resolve));
    };
    const late = construct(api, CreditPurchases).follow(shop.id, invoice);
    await until(() => isHeld);
    const [dispute] = (await stripe.disputes.list({ charge })).data;
    await stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'winning_evidence' } });
    await until(() => followed('charge.dispute.closed'));
    release();
    proxy.hold = async () => {};
    await late;
    expect(await grantsOf(shop)).toMatchObject([{ takenBack: '0.00', left: '50.00' }]);
  });
});

describe('a correction of what credits paid', () => {
  const ANCHOR = new Date('2037-01-01T00:00:00Z');
  const after = (months: number) => new Date(Date.UTC(2037, months, 1, 1));
  const credit = ({ id }: Shop, invoiceId: string, kind: 'credit' | 'refund', amount: string) =>
    first.post(`/v1/admin/organizations/${id}/invoices/${invoiceId}/credit-notes`, {
      kind,
      amount,
      currency: 'usd',
      reason: `${REASON}: ${amount}`,
    });

  it('by a credit note takes off first what is due in money, and gives the rest back as credits', async () => {
    const shop = await signUpOnPro(ANCHOR);
    const [soon, later] = [
      await addGrant(shop, 1_500, { expiresAt: new Date('2040-01-01T00:00:00Z') }),
      await addGrant(shop, 500),
    ];
    await writer.bill(shop.id, after(1));
    const [{ id: invoiceId }] = await invoicesOf(shop);
    const { body: note } = await credit(shop, invoiceId, 'credit', '40.00').expect(201);
    expect(note).toMatchObject({ status: 'issued', amount: '40.00', asCredits: '11.00', collection: 'none' });
    expect((await shop.tenant.get(`/v1/billing/invoices/${invoiceId}`).expect(200)).body).toMatchObject({
      credits: '20.00',
      credited: '40.00',
      amountDue: '0.00',
    });
    // As though less had been used: what was used last is there first.
    const left = (await grantsOf(shop)).map((each: any) => [each.id, each.left]);
    expect(new Map(left)).toEqual(
      new Map([
        [soon, '6.00'],
        [later, '5.00'],
      ]),
    );
    expect(await codeOf(credit(shop, invoiceId, 'credit', '9.01'))).toEqual([409, 'more_than_is_left']);
    expect((await credit(shop, invoiceId, 'credit', '9.00').expect(201)).body.asCredits).toBe('9.00');
    expect(await balanceOf(shop)).toMatchObject({ balance: '20.00' });
    const { data } = (await shop.tenant.get(`/v1/billing/invoices/${invoiceId}/credit-notes`).expect(200)).body;
    expect(data.map((each: any) => each.asCredits)).toEqual(['11.00', '9.00']);
  });

  it('of an invoice that they paid wholly is all credits, once, whichever operators do it at once', async () => {
    const shop = await signUpOnPro(ANCHOR);
    await addGrant(shop, 5_000);
    await writer.bill(shop.id, after(1));
    const [{ id: invoiceId }] = await invoicesOf(shop);
    const answers = await Promise.all(
      ['30.00', '29.00', '28.00'].map((amount) => credit(shop, invoiceId, 'refund', amount)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    const { amount, asCredits } = answers.find(({ status }) => status === 201)!.body;
    expect(asCredits).toBe(amount);
    expect(await balanceOf(shop)).toMatchObject({ balance: (1 + Number(amount)).toFixed(2) });
  });

  it('by usage that is taken back gives back what money paid, and the rest as credits', async () => {
    const shop = await signUpOnPro(ANCHOR);
    await addGrant(shop, 12_000);
    const usage = { periodStart: ANCHOR.toISOString() };
    // 400,000 × 0.0002
    const { id: correctsId, meter } = await addUsage(api, shop.tenant, 'recommendation_requests', 500_000, usage);
    await writer.bill(shop.id, after(1));
    expect((await invoicesOf(shop))[0]).toMatchObject({ total: '129.00', credits: '120.00', due: '9.00' });
    const correction = { id: uuidv7(), meter, quantity: -400_000, correctsId, reason: 'Counted twice' };
    await api.app.get(UsageService, { strict: false }).correct(shop.id, correction);
    await writer.bill(shop.id, after(2));
    expect((await invoicesOf(shop))[0]).toMatchObject({ total: '-31.00', credits: '-22.00', due: '-9.00' });
    expect(await balanceOf(shop)).toMatchObject({ balance: '22.00' });
  });
});

describe('a correction of what credits paid whose money has gone back', () => {
  const ANCHOR = new Date('2037-01-01T00:00:00Z');
  const after = (months: number) => new Date(Date.UTC(2037, months, 1, 1));

  /** January is paid by credits, which are charged back; February asks for them, and usage of January is taken back. */
  async function chargedBack(): Promise<{ shop: Shop; january: string }> {
    const shop = await signUpOnPro(ANCHOR);
    const bought = await addGrant(shop, 12_000, { kind: 'purchased' });
    const usage = { periodStart: ANCHOR.toISOString() };
    const { id: correctsId, meter } = await addUsage(api, shop.tenant, 'recommendation_requests', 500_000, usage);
    await writer.bill(shop.id, after(1));
    await owner.query('UPDATE credit_grants SET taken_back_minor = 12000 WHERE id = $1', [bought]);
    await writer.bill(shop.id, after(2));
    const [february, january] = await invoicesOf(shop);
    expect([january.credits, february.credits]).toEqual(['120.00', '-120.00']);
    const correction = { id: uuidv7(), meter, quantity: -400_000, correctsId, reason: 'Counted twice' };
    await api.app.get(UsageService, { strict: false }).correct(shop.id, correction);
    return { shop, january: january.id };
  }

  it('B8: gives back no more of a grant than all invoices used of it, so that billing goes on, and no credit note does', async () => {
    const { shop, january } = await chargedBack();
    await writer.bill(shop.id, after(3));
    expect((await invoicesOf(shop))[0]).toMatchObject({ total: '-31.00', credits: '0.00', due: '-31.00' });
    await writer.bill(shop.id, after(4));
    expect(await invoicesOf(shop)).toHaveLength(4);
    const note = { kind: 'credit', amount: '60.00', currency: 'usd', reason: REASON };
    const notes = `/v1/admin/organizations/${shop.id}/invoices/${january}/credit-notes`;
    expect(await codeOf(first.post(notes, note))).toEqual([409, 'more_than_is_left']);
    expect((await first.get(notes).expect(200)).body.data).toEqual([]);
  });

  it('waits for an operator where Stripe would make money of it', async () => {
    const { shop } = await chargedBack();
    await owner.query(
      'UPDATE billing_periods SET is_collected_by_stripe = true WHERE tenant_id = $1 AND starts_at = $2',
      [shop.id, ANCHOR],
    );
    await writer.bill(shop.id, after(3));
    expect((await invoicesOf(shop))[0]).toMatchObject({ status: 'draft', credits: '0.00' });
    const { rows } = await owner.query(
      `SELECT blocked_reason AS reason, after ->> 'unpaid' AS unpaid FROM invoices
       JOIN audit_events ON audit_events.tenant_id = invoices.tenant_id AND target_id = invoices.id AND action = 'invoice.blocked'
       WHERE invoices.tenant_id = $1`,
      [shop.id],
    );
    expect(rows).toEqual([{ reason: 'more_than_paid', unpaid: '71.00 usd' }]);
  });

  it('is less than money paid, without the tax of what a credit note took off it', async () => {
    const shop = await signUpOnPro(ANCHOR);
    await addGrant(shop, 5_000);
    const usage = { periodStart: ANCHOR.toISOString() };
    const { id: correctsId, meter } = await addUsage(api, shop.tenant, 'recommendation_requests', 500_000, usage);
    await writer.bill(shop.id, after(1));
    const [{ id }] = await invoicesOf(shop);
    // A fifth of the 79.00 that are due.
    await owner.query('UPDATE invoices SET tax_minor = 1580 WHERE id = $1', [id]);
    const note = { kind: 'credit', amount: '60.00', currency: 'usd', reason: REASON };
    await first.post(`/v1/admin/organizations/${shop.id}/invoices/${id}/credit-notes`, note).expect(201);
    const correction = { id: uuidv7(), meter, quantity: -400_000, correctsId, reason: 'Counted twice' };
    await api.app.get(UsageService, { strict: false }).correct(shop.id, correction);
    await writer.bill(shop.id, after(2));
    // 31.00, of which money paid 79.00 − 50.00.
    expect((await invoicesOf(shop))[0]).toMatchObject({ total: '-31.00', credits: '-2.00' });
  });
});

describe('credits that were bought by an organization that is deleted', () => {
  const turn = () => (construct(api, OrganizationDeletion) as unknown as { work(): Promise<void> }).work();
  const refundsOf = async ({ id }: Shop, state: string) =>
    (await first.get(`/v1/admin/credit-refunds?state=${state}&limit=100`).expect(200)).body.data.filter(
      ({ organizationId }: any) => organizationId === id,
    );
  const refundedOf = async (customer: string) =>
    (await stripe.charges.list({ customer, limit: 100 })).data.map((each) => each.amount_refunded);
  async function end({ id }: Shop) {
    await owner.query('DELETE FROM billing_periods WHERE tenant_id = $1 AND closed_at IS NULL', [id]);
    await owner.query(`UPDATE organizations SET deletes_at = now() - interval '1 hour' WHERE id = $1`, [id]);
    await Promise.all([turn(), turn()]);
  }
  /** Workers until all is done; each is one of its own. */
  async function send(shop: Shop, workers = 1): Promise<void> {
    const senders = Array.from({ length: workers }, () => construct(api, CreditRefundSender));
    for (const sender of senders) sender.onApplicationBootstrap();
    try {
      await until(async () => (await refundsOf(shop, 'open')).length === 0);
    } finally {
      await Promise.all(senders.map((sender) => sender.beforeApplicationShutdown()));
    }
  }
  const hasten = ({ id }: Shop) =>
    owner.query('UPDATE credit_refunds SET next_attempt_at = now() WHERE tenant_id = $1', [id]);

  it.each<[string, Fate]>([
    ['lost on its way', 'drop'],
    ['done and its answer lost', 'lose'],
  ])(
    'go back to the card as far as they were not used, the oldest used first, once, though a call is %s',
    async (_, fate) => {
      const shop = await signUpOnPro(new Date('2037-01-01T00:00:00Z'));
      const customer = await withCustomer(shop);
      for (const amount of ['50.00', '30.00']) await buy(shop, amount).expect(201);
      await writer.bill(shop.id, new Date('2037-02-01T01:00:00Z'));
      // What is given lapses.
      await addGrant(shop, 700);
      await end(shop);
      expect((await refundsOf(shop, 'all')).map(({ amount, status }: any) => [amount, status]).toSorted()).toEqual([
        ['1.00', 'waiting'],
        ['30.00', 'waiting'],
      ]);
      let calls = 0;
      proxy.fate = ({ method }) => (method === 'POST' && calls++ < 2 ? fate : 'pass');
      const hastening = setInterval(() => void hasten(shop), 200);
      try {
        await send(shop, 2);
      } finally {
        clearInterval(hastening);
      }
      expect((await refundedOf(customer)).toSorted((a, b) => a - b)).toEqual([100, 3_000]);
      expect(
        (await refundsOf(shop, 'all')).every(
          ({ status, stripeCreditNoteId }: any) => status === 'done' && stripeCreditNoteId,
        ),
      ).toBe(true);
      const { rows } = await owner.query(
        'SELECT taken_back_minor::int AS amount FROM credit_grants WHERE tenant_id = $1',
        [shop.id],
      );
      expect(rows.map(({ amount }) => amount).toSorted((a, b) => a - b)).toEqual([0, 100, 3_000]);
    },
  );

  it('and that the bank does not take are shown as failed, until somebody has given them back by other means', async () => {
    const shop = await signUp();
    const customer = await withCustomer(shop);
    const { body: bought } = await buy(shop).expect(201);
    await end(shop);
    await send(shop);
    const { charge } = await paidOf(bought.id);
    const [refund] = (await stripe.refunds.list({ charge })).data;
    await stripe.refunds.update(refund!.id, { metadata: { bank: 'refuses' } });
    await until(async () => (await refundsOf(shop, 'blocked')).length === 1);
    expect(await refundsOf(shop, 'all')).toMatchObject([{ status: 'blocked', blockedReason: 'refund failed' }]);
    // A worker that looks at it makes nothing of it.
    await hasten(shop);
    const sender = construct(api, CreditRefundSender);
    sender.onApplicationBootstrap();
    await until(async () => {
      const { rows } = await owner.query(
        'SELECT next_attempt_at > now() AS waits FROM credit_refunds WHERE tenant_id = $1',
        [shop.id],
      );
      return rows[0].waits;
    });
    await sender.beforeApplicationShutdown();
    expect(await refundsOf(shop, 'all')).toMatchObject([{ status: 'blocked', blockedReason: 'refund failed' }]);
    expect(await refundedOf(customer)).toEqual([0]);
    await stripe.refunds.create({ charge });
    await hasten(shop);
    await send(shop);
    expect(await refundsOf(shop, 'all')).toMatchObject([{ status: 'done', blockedReason: null }]);
    expect(await refundedOf(customer)).toEqual([5_000]);
  });

  it('go back too where a bank decides for us after that', async () => {
    const shop = await signUp();
    const customer = await withCustomer(shop, 'pm_card_createDispute');
    const { body: bought } = await buy(shop).expect(201);
    await until(async () => (await grantsOf(shop))[0]?.takenBack === '50.00');
    await end(shop);
    expect(await refundsOf(shop, 'all')).toEqual([]);
    const { invoice, charge } = await paidOf(bought.id);
    const [dispute] = (await stripe.disputes.list({ charge })).data;
    await stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'winning_evidence' } });
    await until(async () => (await refundsOf(shop, 'all')).length > 0);
    const purchases = construct(api, CreditPurchases);
    await Promise.all([1, 2, 3].map(() => purchases.follow(shop.id, invoice)));
    await send(shop);
    expect(await refundsOf(shop, 'all')).toMatchObject([{ amount: '50.00', status: 'done' }]);
    expect(await refundedOf(customer)).toEqual([5_000]);
  });

  it('that went back already do not again, and what Stripe refuses is shown to the operator in its words', async () => {
    const [refunded, refused] = [await signUp(), await signUp()];
    const customers = [await withCustomer(refunded), await withCustomer(refused)];
    const grants = [(await buy(refunded).expect(201)).body, (await buy(refused).expect(201)).body];
    for (const shop of [refunded, refused]) await end(shop);
    await stripe.refunds.create({ charge: (await paidOf(grants[0].id)).charge });
    await send(refunded);
    expect(await refundsOf(refunded, 'all')).toMatchObject([{ status: 'done', stripeCreditNoteId: null }]);
    expect(await refundedOf(customers[0]!)).toEqual([5_000]);
    // The sender above may have done the other already.
    await until(async () => (await refundsOf(refused, 'open')).length === 0);
    expect(await refundedOf(customers[1]!)).toEqual([5_000]);
  });
});
