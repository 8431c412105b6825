import fc from 'fast-check';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { BillingPeriods, BillingRepository } from '../../libs/features/billing/index.js';
import { InvoiceWriter } from '../../libs/features/invoices/invoice-writer.js';
import { UsageService } from '../../libs/features/usage/index.js';
import { Database } from '../../libs/platform/database/database.js';
import { Decimal } from '../../libs/platform/decimal.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { construct } from '../factories/construct.js';
import { logInOperator } from '../factories/members.js';
import { textOfPdf } from '../factories/pdf.js';
import { addUsage } from '../factories/usage.js';

const DAY_MS = 86_400_000;

let api: TestApi;
let owner: pg.Client;
let database: Database;
let writer: InvoiceWriter;
beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  database = api.app.get(Database, { strict: false });
  writer = construct(api, InvoiceWriter);
});
afterAll(() => Promise.all([api.close(), owner.end()]));

interface Customer {
  tenant: Tenant;
  id: string;
  /** Where the first period starts. */
  anchor: Date;
}

/** An organization that pays for Pro without Stripe since then. */
async function signUp(anchor: Date, plan = 'pro', name = 'Test shop'): Promise<Customer> {
  const tenant = await Tenant.signUp(api, name);
  const { id } = (await tenant.get('/v1/me')).body.organization;
  await owner.query('DELETE FROM billing_periods WHERE tenant_id = $1', [id]);
  await changePlan(id, plan, anchor);
  return { tenant, id, anchor };
}

async function changePlan(tenantId: string, plan: string, anchor?: Date): Promise<void> {
  await owner.query(
    `UPDATE subscriptions SET anchor_at = coalesce($3, anchor_at), price_version_id =
       (SELECT id FROM price_versions WHERE plan_key = $2 AND currency = 'usd' ORDER BY version DESC LIMIT 1) WHERE tenant_id = $1`,
    [tenantId, plan, anchor ?? null],
  );
}

const monthsAfter = (anchor: Date, months: number, days = 0) =>
  new Date(Date.UTC(anchor.getUTCFullYear(), anchor.getUTCMonth() + months, anchor.getUTCDate() + days));
const use = ({ tenant }: Customer, periodStart: Date, quantity: number, id?: string) =>
  addUsage(api, tenant, 'recommendation_requests', quantity, {
    periodStart: periodStart.toISOString(),
    ...(id && { id }),
  });
const listOf = async ({ tenant }: Customer) => (await tenant.get('/v1/billing/invoices').expect(200)).body.data;
const detailOf = async ({ tenant }: Customer, id: string) =>
  (await tenant.get(`/v1/billing/invoices/${id}`).expect(200)).body;
const pdfOf = async (reader: Tenant, path: string) => {
  const answer = await fetch(`${api.url}${path}`, { headers: { cookie: reader.cookie } });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  return (await textOfPdf(new Uint8Array(await answer.arrayBuffer()))).join('');
};
const tellingsOf = async ({ tenant, id }: Customer) => ({
  messages: (await tenant.get('/v1/webhook-messages?type=invoice.finalized').expect(200)).body.data,
  mails: (await owner.query(`SELECT values FROM emails WHERE tenant_id = $1 AND template = 'invoice_issued'`, [id]))
    .rows,
});
const periodsOf = async ({ id }: Customer) =>
  (
    await owner.query(
      `SELECT starts_at AS "startsAt", ends_at AS "endsAt", closed_at IS NOT NULL AS closed FROM billing_periods
       WHERE tenant_id = $1 ORDER BY starts_at`,
      [id],
    )
  ).rows;

describe('a period that has ended', () => {
  it('B5: becomes one invoice an hour later, by its lines, once, however many workers write it', async () => {
    const shop = await signUp(new Date('2037-01-31T00:00:00Z'));
    await use(shop, shop.anchor, 123_456);
    const end = new Date('2037-02-28T00:00:00Z');
    await writer.bill(shop.id, new Date(end.getTime() + 3_599_000));
    expect(await listOf(shop)).toEqual([]);
    const now = new Date(end.getTime() + 3_600_000);
    await Promise.all([1, 2, 3].map(() => writer.bill(shop.id, now)));
    const [invoice, ...others] = await listOf(shop);
    expect(others).toEqual([]);
    // 49 + (123,456 − 100,000) × 0.0002 = 53.6912
    expect(invoice).toMatchObject({ status: 'open', currency: 'usd', plan: 'Pro', total: '53.69', paidAt: null });
    expect([invoice.periodStart, invoice.periodEnd]).toEqual([shop.anchor.toISOString(), end.toISOString()]);
    expect(invoice.number).toMatch(/^2037-\d{6}$/);
    const { lines } = await detailOf(shop, invoice.id);
    expect(lines.map(({ amount }: any) => Number(amount)).reduce((a: number, b: number) => a + b)).toBeCloseTo(
      53.69,
      9,
    );
    const line = lines.find(({ meter }: any) => meter === 'recommendation_requests');
    expect(line).toMatchObject({ quantity: '123456', includedQuantity: '100000', amount: '4.69' });
    // The next one starts where this one ended, counted from the 31st.
    expect((await periodsOf(shop)).at(-1)).toEqual({
      startsAt: end,
      endsAt: new Date('2037-03-31T00:00:00Z'),
      closed: false,
    });
  });

  it('of nothing to pay is an invoice too, paid with that', async () => {
    const shop = await signUp(new Date('2037-04-01T00:00:00Z'), 'free');
    await writer.bill(shop.id, new Date('2037-05-02T00:00:00Z'));
    expect(await listOf(shop)).toMatchObject([{ status: 'paid', total: '0.00', number: expect.any(String) }]);
  });

  it('whose fee Stripe has collected already is without it, and a draft until Stripe collects the rest', async () => {
    const shop = await signUp(new Date('2037-04-01T00:00:00Z'));
    await owner.query(`UPDATE subscriptions SET stripe_subscription_id = $1 WHERE tenant_id = $1::uuid`, [shop.id]);
    await use(shop, shop.anchor, 123_456);
    await writer.bill(shop.id, new Date('2037-05-02T00:00:00Z'));
    expect(await listOf(shop)).toMatchObject([{ status: 'draft', number: null, total: '4.69', issuedAt: null }]);
  });

  it('B15: that began months ago, when no worker ran, is billed with each of those after it', async () => {
    const shop = await signUp(new Date('2036-11-30T00:00:00Z'));
    await writer.bill(shop.id, new Date('2037-03-15T00:00:00Z'));
    const periods = (await listOf(shop)).map(({ periodStart, total }: any) => [periodStart.slice(0, 10), total]);
    expect(periods).toEqual([
      ['2037-01-30', '49.00'],
      ['2036-12-30', '49.00'],
      ['2036-11-30', '49.00'],
    ]);
  });
});

describe('an invoice that is issued', () => {
  it('is told to programs and to whoever pays, once, and one of nothing to pay or a draft is not', async () => {
    const shop = await signUp(new Date('2037-05-01T00:00:00Z'));
    await use(shop, shop.anchor, 123_456);
    await Promise.all([1, 2].map(() => writer.bill(shop.id, new Date('2037-06-02T00:00:00Z'))));
    const [invoice] = await listOf(shop);
    const { messages, mails } = await tellingsOf(shop);
    expect(messages.map(({ data }: any) => data)).toEqual([
      {
        invoiceId: invoice.id,
        number: invoice.number,
        subscriptionId: null,
        currency: 'usd',
        total: '53.69',
        amountDue: '53.69',
        amountPaid: '0.00',
        periodStart: invoice.periodStart,
        periodEnd: invoice.periodEnd,
        hostedInvoiceUrl: `http://localhost:3000/billing/invoices/${invoice.id}`,
      },
    ]);
    expect(mails).toMatchObject([
      { values: { invoiceId: invoice.id, number: invoice.number, total: '53.69', amountDue: '53.69' } },
    ]);
    const [free, atStripe] = [await signUp(shop.anchor, 'free'), await signUp(shop.anchor)];
    await owner.query(`UPDATE subscriptions SET stripe_subscription_id = $1 WHERE tenant_id = $1::uuid`, [atStripe.id]);
    await use(atStripe, shop.anchor, 123_456);
    for (const each of [free, atStripe]) {
      await writer.bill(each.id, new Date('2037-06-02T00:00:00Z'));
      expect(await tellingsOf(each)).toEqual({ messages: [], mails: [] });
    }
  });
});

describe('an invoice as a PDF', () => {
  const NAME = '街角小店 Łódź & Söhne';

  it('says all that the API does, in both languages, in any script', async () => {
    const shop = await signUp(new Date('2037-05-01T00:00:00Z'), 'pro', NAME);
    await use(shop, shop.anchor, 1_123_456);
    await writer.bill(shop.id, new Date('2037-06-02T00:00:00Z'));
    await use(shop, shop.anchor, 50_000);
    await writer.bill(shop.id, new Date('2037-07-02T00:00:00Z'));
    const [{ id }] = await listOf(shop);
    const invoice = await detailOf(shop, id);
    expect(invoice.lines.some(({ periodStart }: any) => periodStart !== invoice.periodStart)).toBe(true);
    const path = `/v1/billing/invoices/${id}/pdf`;
    for (const [language, words] of [
      ['en', ['Recommendationrequests', 'Lateorcorrected', 'Tobepaid', 'trialinstallation', 'May1,2037–June1,2037']],
      ['zh', ['推荐请求', '较早账期', '待支付', '试用环境', '2037年5月1日–2037年6月1日']],
    ] as const) {
      const text = await pdfOf(shop.tenant, `${path}?language=${language}`);
      for (const word of [invoice.number, NAME.replaceAll(' ', ''), ...words]) expect(text).toContain(word);
      const number = (decimal: string, digits: number) =>
        new Intl.NumberFormat('en', { minimumFractionDigits: digits }).format(decimal as never);
      for (const { quantity, amount } of invoice.lines)
        expect(text).toMatch(new RegExp(`${number(quantity, 0)}.*USD${number(amount, 2).replace('.', '\\.')}`));
      expect(text).toMatch(new RegExp(`(Total|合计)USD${number(invoice.total, 2).replace('.', '\\.')}`));
    }
    // Unless asked otherwise, in the language of the reader's mails.
    await shop.tenant.patch('/v1/me', { language: 'zh' }).expect((answer) => expect(answer.status).toBeLessThan(300));
    expect(await pdfOf(shop.tenant, path)).toContain('推荐请求');
  });

  it('of a draft says that it is one, and has no number', async () => {
    const shop = await signUp(new Date('2037-04-01T00:00:00Z'));
    await owner.query(`UPDATE subscriptions SET stripe_subscription_id = $1 WHERE tenant_id = $1::uuid`, [shop.id]);
    await use(shop, shop.anchor, 123_456);
    await writer.bill(shop.id, new Date('2037-05-02T00:00:00Z'));
    const [{ id }] = await listOf(shop);
    const text = await pdfOf(shop.tenant, `/v1/billing/invoices/${id}/pdf`);
    expect(text).toContain('Draftofaninvoice');
    expect(text).not.toMatch(/\d{4}-\d{6}|Number/);
  });

  it('is there for nobody else, nor under an id that is none', async () => {
    const shop = await signUp(new Date('2037-04-01T00:00:00Z'));
    await writer.bill(shop.id, new Date('2037-05-02T00:00:00Z'));
    const [{ id }] = await listOf(shop);
    const other = await Tenant.signUp(api);
    await other.get(`/v1/billing/invoices/${id}/pdf`).expect(404);
    for (const none of [uuidv7(), 'none', id.toUpperCase()])
      await shop.tenant.get(`/v1/billing/invoices/${none}/pdf`).expect(404);
    await shop.tenant.get(`/v1/billing/invoices/${id}/pdf?language=fr`).expect(400);
  });
});

describe('an operator', () => {
  it('traces a line to the ledger’s entries, which sum to what was billed of it', async () => {
    const operator = await logInOperator(api);
    const shop = await signUp(new Date('2037-01-10T00:00:00Z'));
    const calls = await Promise.all([1, 2, 3, 4, 5].map((each) => use(shop, shop.anchor, 30_000 + each)));
    await use(shop, monthsAfter(shop.anchor, 1), 7);
    await writer.bill(shop.id, monthsAfter(shop.anchor, 1, 1));
    const base = `/v1/admin/organizations/${shop.id}/invoices`;
    const [summary] = (await operator.get(base).expect(200)).body.data;
    expect(summary).toEqual((await listOf(shop))[0]);
    const invoice = (await operator.get(`${base}/${summary.id}`).expect(200)).body;
    expect(invoice).toEqual(await detailOf(shop, summary.id));
    expect(await pdfOf(operator, `${base}/${summary.id}/pdf`)).toContain(invoice.number);
    const position = invoice.lines.findIndex(({ meter }: any) => meter === 'recommendation_requests');
    const trace = `${base}/${summary.id}/lines/${position}/usage-events`;
    const read = async () => {
      const events: any[] = [];
      let page: any;
      do {
        const cursor: string = page ? `&cursor=${page.nextCursor}` : '';
        page = (await operator.get(`${trace}?limit=2${cursor}`).expect(200)).body;
        events.push(...page.data);
      } while (page.nextCursor);
      const sum = events.reduce((total, { quantity }) => total.plus(quantity), new Decimal(0)).toFixed();
      return { ids: events.map(({ id }) => id), sum, quantity: page.quantity, billed: page.billedQuantity };
    };
    const { quantity } = invoice.lines[position];
    expect(quantity).toBe('150015');
    const ids = calls.map(({ id }) => id).toSorted((a, b) => (a < b ? 1 : -1));
    expect(await read()).toEqual({ ids, sum: quantity, quantity, billed: quantity });
    // What comes late is in the ledger at once, and billed with the next invoice.
    await use(shop, shop.anchor, 1_000);
    expect(await read()).toMatchObject({ sum: '151015', quantity: '151015', billed: quantity });
    await writer.bill(shop.id, monthsAfter(shop.anchor, 2, 1));
    expect(await read()).toMatchObject({ sum: '151015', quantity: '151015', billed: '151015' });
    const fee = invoice.lines.findIndex(({ kind }: any) => kind === 'plan');
    for (const wrong of [`${summary.id}/lines/${fee}`, `${summary.id}/lines/999`, `${uuidv7()}/lines/0`])
      await operator.get(`${base}/${wrong}/usage-events`).expect(404);
    await operator.get(`/v1/admin/organizations/${uuidv7()}/invoices`).expect(404);
    await shop.tenant.get(trace).expect(403);
  });
});

describe('what comes after an invoice', () => {
  it('B4: late or as a correction is on the next one, of the period that it belongs to', async () => {
    const shop = await signUp(new Date('2037-01-10T00:00:00Z'));
    const call = await use(shop, shop.anchor, 200_000);
    await writer.bill(shop.id, monthsAfter(shop.anchor, 1, 1));
    const [first] = await listOf(shop);
    await use(shop, shop.anchor, 50_000);
    const usage = api.app.get(UsageService, { strict: false });
    const { tenantId, id: correctsId, meter } = call;
    await usage.correct(tenantId, {
      id: uuidv7(),
      meter,
      quantity: -20_000,
      correctsId,
      reason: 'Counted twice',
    });
    await writer.bill(shop.id, monthsAfter(shop.anchor, 2, 1));
    const [second, unchanged] = await listOf(shop);
    expect(unchanged).toEqual(first);
    const { lines } = await detailOf(shop, second.id);
    const late = lines.filter(({ periodStart }: any) => periodStart === shop.anchor.toISOString());
    // 30,000 more at 0.0002.
    expect(late).toMatchObject([{ meter: 'recommendation_requests', quantity: '30000', amount: '6.00' }]);
    expect(second.total).toBe('55.00');
  });

  it('B6: with another anchor cuts the period short, and nothing is lost or billed twice', async () => {
    const shop = await signUp(new Date('2037-01-10T00:00:00Z'), 'free');
    const moved = new Date('2037-01-20T12:00:00Z');
    const billing = new BillingRepository();
    await use(shop, shop.anchor, 5_000);
    await database.tenant(shop.id, async (transaction) => {
      const { priceVersion, ...former } = await billing.findSubscription(transaction, shop.id);
      const before = { ...former, priceVersionId: priceVersion.id };
      const prices = await billing.listCurrentPrices(transaction, 'usd', new Date());
      const pro = prices.find(({ planKey }) => planKey === 'pro');
      const after = { ...before, priceVersionId: pro!.id, anchorAt: moved };
      const said = { since: moved, isPaidByPart: true, now: new Date(moved.getTime() + 2_000) };
      await new BillingPeriods(billing).change(transaction, shop.id, before, after, said);
    });
    // A process that has not heard yet counts for the period that was.
    await use(shop, shop.anchor, 7);
    await changePlan(shop.id, 'pro', moved);
    await use(shop, moved, 100_500);
    await writer.bill(shop.id, new Date('2037-02-21T00:00:00Z'));
    const invoices = await listOf(shop);
    expect(
      invoices.map(({ periodStart, periodEnd, plan, total }: any) => [periodStart, periodEnd, plan, total]),
    ).toEqual([
      [moved.toISOString(), '2037-02-20T12:00:00.000Z', 'Pro', '49.10'],
      [shop.anchor.toISOString(), moved.toISOString(), 'Free', '0.00'],
    ]);
    const quantities = await Promise.all(invoices.map(({ id }: any) => detailOf(shop, id)));
    const used = quantities
      .flatMap(({ lines }) => lines)
      .filter(({ meter }: any) => meter === 'recommendation_requests');
    expect(used.map(({ quantity }: any) => quantity).toSorted()).toEqual(['100500', '5007']);
  });
});

describe('a plan that is changed', () => {
  type Terms = { priceVersionId: string; anchorAt: Date; stripeSubscriptionId: string | null };
  const priceOf = async (plan: string, currency = 'usd') =>
    (
      await owner.query(
        `SELECT id FROM price_versions WHERE plan_key = $1 AND currency = $2 ORDER BY version DESC LIMIT 1`,
        [plan, currency],
      )
    ).rows[0].id as string;

  /** As Stripe says it, at that time or later. */
  async function change(
    { id }: Customer,
    to: Partial<Terms>,
    { since, isPaidByPart = true, now = since }: { since: Date; isPaidByPart?: boolean; now?: Date },
  ): Promise<void> {
    const billing = new BillingRepository();
    await database.tenant(id, async (transaction) => {
      const { priceVersion, ...former } = await billing.findSubscription(transaction, id);
      const before = { ...former, priceVersionId: priceVersion.id };
      const after = { ...before, ...to };
      await new BillingPeriods(billing).change(transaction, id, before, after, { since, isPaidByPart, now });
      const { priceVersionId, anchorAt, stripeSubscriptionId } = after;
      await transaction.subscription.update({
        where: { tenantId: id },
        data: { priceVersionId, anchorAt, stripeSubscriptionId },
      });
    });
  }
  const totals = async (shop: Customer) =>
    (await listOf(shop))
      .map(({ periodStart, plan, currency, total }: any) => [periodStart.slice(0, 10), plan, currency, total])
      .toReversed();

  it('for another one is paid by its part of the month: fee, minimum and what is included', async () => {
    const shop = await signUp(new Date('2037-06-01T00:00:00Z'));
    await use(shop, shop.anchor, 60_000);
    const since = new Date('2037-06-16T00:00:00Z');
    await change(shop, { priceVersionId: await priceOf('scale'), anchorAt: since }, { since });
    await use(shop, since, 1_000);
    await writer.bill(shop.id, new Date('2037-07-17T00:00:00Z'));
    const [first, second] = await totals(shop);
    // Half of 49.00, and 60,000 − 50,000 at 0.0002.
    expect(first).toEqual(['2037-06-01', 'Pro', 'usd', '26.50']);
    expect(second).toMatchObject(['2037-06-16', 'Scale', 'usd', expect.any(String)]);
    const { lines } = await detailOf(shop, (await listOf(shop))[1].id);
    expect(lines.find(({ meter }: any) => meter === 'recommendation_requests')).toMatchObject({ allowance: '50000' });
  });

  it('to none is paid for the whole month, as the fee is not given back, and Free begins at once', async () => {
    const shop = await signUp(new Date('2037-06-01T00:00:00Z'));
    await use(shop, shop.anchor, 120_000);
    const since = new Date('2037-06-11T00:00:00Z');
    await change(shop, { priceVersionId: await priceOf('free'), anchorAt: since }, { since, isPaidByPart: false });
    await use(shop, since, 9_000);
    await writer.bill(shop.id, new Date('2037-07-12T00:00:00Z'));
    expect(await totals(shop)).toEqual([
      ['2037-06-01', 'Pro', 'usd', '53.00'],
      ['2037-06-11', 'Free', 'usd', '0.00'],
    ]);
  });

  it('long before we hear of it is billed from then on, each price in its currency, and a minimum once', async () => {
    const shop = await signUp(new Date('2037-06-01T00:00:00Z'), 'free');
    await writer.bill(shop.id, new Date('2037-06-02T00:00:00Z'));
    const since = new Date('2037-06-30T12:00:00Z');
    // Until then a month of Free has begun, in which some was used.
    const next = new Date('2037-07-01T00:00:00Z');
    await database.tenant(shop.id, async (transaction) => {
      const billing = new BillingRepository();
      const { priceVersion, ...terms } = await billing.findSubscription(transaction, shop.id);
      await new BillingPeriods(billing).advance(
        transaction,
        shop.id,
        { ...terms, priceVersionId: priceVersion.id },
        next,
      );
    });
    await use(shop, next, 500);
    const scale = { priceVersionId: await priceOf('scale', 'eur'), anchorAt: since };
    await change(shop, scale, { since, now: new Date('2037-07-01T00:10:00Z') });
    await use(shop, since, 1_000_000);
    await writer.bill(shop.id, new Date('2037-07-31T00:00:00Z'));
    expect((await periodsOf(shop)).slice(0, 2)).toEqual([
      { startsAt: shop.anchor, endsAt: since, closed: true },
      { startsAt: since, endsAt: new Date('2037-07-30T12:00:00Z'), closed: true },
    ]);
    const lines = (await Promise.all((await listOf(shop)).map(({ id }: any) => detailOf(shop, id)))).flatMap(
      (invoice) => invoice.lines.map((line: any) => ({ ...line, currency: invoice.currency })),
    );
    const used = lines.filter(({ meter, quantity }: any) => meter === 'recommendation_requests' && quantity !== '0');
    expect(used.map(({ plan, currency, quantity }: any) => [plan, currency, quantity]).toSorted()).toEqual([
      ['Free', 'usd', '500'],
      ['Scale', 'eur', '1000000'],
    ]);
    const minimums = lines.filter(({ kind }: any) => kind === 'commitment');
    expect(minimums.length).toBeLessThanOrEqual(1);
    expect(new Set(lines.filter(({ plan }: any) => plan === 'Scale').map(({ currency }: any) => currency))).toEqual(
      new Set(['eur']),
    );
  });

  it('in a period that is billed already goes on from its end', async () => {
    const shop = await signUp(new Date('2037-06-01T00:00:00Z'), 'free');
    await writer.bill(shop.id, new Date('2037-07-02T00:00:00Z'));
    const since = new Date('2037-06-20T00:00:00Z');
    const now = new Date('2037-07-02T01:00:00Z');
    await change(shop, { priceVersionId: await priceOf('pro'), anchorAt: since }, { since, now });
    await writer.bill(shop.id, new Date('2037-07-21T00:00:00Z'));
    // 19 of the 30 days that Pro's month has from the 20th of June on.
    expect(await totals(shop)).toEqual([
      ['2037-06-01', 'Free', 'usd', '0.00'],
      ['2037-07-01', 'Pro', 'usd', ((49 * 19) / 30).toFixed(2)],
    ]);
  });

  it('never deletes a period that is billed', async () => {
    const shop = await signUp(new Date('2037-06-01T00:00:00Z'), 'free');
    await writer.bill(shop.id, new Date('2037-07-02T00:00:00Z'));
    await owner.query('DELETE FROM invoice_lines WHERE tenant_id = $1', [shop.id]);
    await owner.query('DELETE FROM invoices WHERE tenant_id = $1', [shop.id]);
    const remove = database.tenant(shop.id, (transaction) => transaction.billingPeriod.deleteMany({}));
    expect((await remove).count).toBe(1);
    expect(await periodsOf(shop)).toMatchObject([{ startsAt: shop.anchor, closed: true }]);
  });
});

describe('what an operator included', () => {
  const put = (id: string, quantity: number, endsAt: Date | null = null) =>
    owner.query(
      `INSERT INTO plan_overrides (tenant_id, id, kind, resource, quantity, reason, ends_at) VALUES ($1, gen_random_uuid(), 'included', 'recommendation_requests', $2, 'Trial', $3)
       ON CONFLICT (tenant_id, kind, resource) DO UPDATE SET quantity = excluded.quantity, ends_at = excluded.ends_at`,
      [id, quantity, endsAt],
    );
  const endsAt = new Date(Date.now() - 30 * 60_000);
  /** Whose first period ended half an hour ago. */
  async function signUpLongAgo(included?: number): Promise<Customer> {
    const shop = await signUp(new Date(endsAt.getTime() - 20 * DAY_MS));
    await writer.bill(shop.id, shop.anchor);
    if (included) await put(shop.id, included, endsAt);
    await owner.query('UPDATE billing_periods SET ends_at = $2 WHERE tenant_id = $1', [shop.id, endsAt]);
    return shop;
  }

  it('to the period’s end counts in it, though it is gone before the period is billed', async () => {
    const shop = await signUpLongAgo(140_000);
    await use(shop, shop.anchor, 150_000);
    await owner.query('DELETE FROM plan_overrides WHERE tenant_id = $1', [shop.id]);
    await writer.bill(shop.id, new Date(Date.now() + 2 * 3_600_000));
    // 49 + 10,000 × 0.0002
    expect(await listOf(shop)).toMatchObject([{ total: '51.00' }]);
  });

  it('after the period’s end does not', async () => {
    const shop = await signUpLongAgo();
    await use(shop, shop.anchor, 150_000);
    await put(shop.id, 1_000_000);
    await writer.bill(shop.id, new Date(Date.now() + 2 * 3_600_000));
    expect(await listOf(shop)).toMatchObject([{ total: '59.00' }]);
  });
});

describe('an organization that is deleted', () => {
  it('is billed to its end, and no period goes on', async () => {
    const shop = await signUp(new Date('2037-06-01T00:00:00Z'));
    await use(shop, shop.anchor, 110_000);
    const end = new Date('2037-06-20T00:00:00Z');
    await owner.query('UPDATE organizations SET deletes_at = $2 WHERE id = $1', [shop.id, end]);
    await writer.bill(shop.id, shop.anchor);
    for (const hours of [0.5, 1, 2_000]) await writer.bill(shop.id, new Date(end.getTime() + hours * 3_600_000));
    const invoices = await owner.query('SELECT period_end, total_minor::int FROM invoices WHERE tenant_id = $1', [
      shop.id,
    ]);
    expect(invoices.rows).toEqual([{ period_end: end, total_minor: 5_100 }]);
    expect(await periodsOf(shop)).toEqual([{ startsAt: shop.anchor, endsAt: end, closed: true }]);
  });
});

describe('numbers of invoices', () => {
  it('have no gap within a year, whoever writes them at the same time', async () => {
    const shops = await Promise.all([1, 2, 3, 4].map(() => signUp(new Date('2031-05-01T00:00:00Z'))));
    await Promise.all(shops.map(({ id }) => writer.bill(id, new Date('2031-07-02T00:00:00Z'))));
    const { rows } = await owner.query(
      `SELECT count(*)::int AS count, max(right(number, 6)::int) AS last FROM invoices WHERE number LIKE '2031-%'`,
    );
    expect(rows[0]).toEqual({ count: 8, last: 8 });
  });
});

describe('the sum of all invoices', () => {
  it('B7, B10: is the ledger by its prices, over months of any length, late usage and plans that change', async () => {
    const step = fc.record({
      day: fc.constantFrom(1, 28, 29, 30, 31),
      uses: fc.array(
        fc.record({
          month: fc.integer({ min: 0, max: 4 }),
          quantity: fc.integer({ min: 1, max: 400_000 }),
          afterMonth: fc.integer({ min: 0, max: 5 }),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      plans: fc.array(fc.constantFrom('free', 'pro', 'scale'), { minLength: 6, maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(step, async ({ day, uses, plans }) => {
        const anchor = new Date(Date.UTC(2027, 11, day));
        const shop = await signUp(anchor, plans[0]);
        let now = anchor;
        for (let month = 0; month < 6; month++) {
          await changePlan(shop.id, plans[month]!);
          // The last months of the year 2028, a leap year, from December 2027 on.
          now = new Date(Date.UTC(2027, 12 + month, day < 29 ? day : 29) + 3 * DAY_MS);
          await writer.bill(shop.id, anchor);
          for (const { month: of, quantity, afterMonth } of uses) {
            if (afterMonth !== month) continue;
            const { startsAt } = (await periodsOf(shop))[Math.min(of, month)];
            await use(shop, startsAt, quantity);
          }
          await writer.bill(shop.id, now);
        }
        await writer.bill(shop.id, new Date(now.getTime() + 70 * DAY_MS));
        const { rows } = await owner.query(
          `SELECT (SELECT coalesce(sum(amount_minor), 0) FROM invoice_lines WHERE tenant_id = $1 AND kind = 'meter')::text AS billed,
             (SELECT coalesce(sum(quantity), 0) FROM invoice_lines WHERE tenant_id = $1 AND meter_key = 'recommendation_requests')::float8 AS quantity,
             (SELECT coalesce(sum(round(100 * metered_amount(price_version_id, meter_key, '', quantity))), 0) FROM (
               SELECT bucket_start, price_version_id, meter_key, sum(quantity) AS quantity FROM usage_rollups
               WHERE tenant_id = $1 AND granularity = 'period' GROUP BY 1, 2, 3) used)::text AS rated`,
          [shop.id],
        );
        const used = uses.reduce((sum, { quantity }) => sum + quantity, 0);
        expect(rows[0].quantity).toBe(used);
        expect(new Decimal(rows[0].billed).toFixed()).toBe(new Decimal(rows[0].rated).toFixed());
      }),
      { numRuns: 12 },
    );
  });
});

it('invoices are a CSV: to their people, and to operators of one organization or of all', async () => {
  const shop = await signUp(new Date('2037-04-01T00:00:00Z'));
  await writer.bill(shop.id, new Date('2037-06-02T00:00:00Z'));
  const numbers = (await listOf(shop)).map(({ number }: any) => number);
  expect(numbers).toHaveLength(2);
  const linesOf = async (by: Tenant, address: string) =>
    (
      await by
        .get(address)
        .expect(200)
        .expect('content-type', /text\/csv/)
    ).text
      .trim()
      .split('\n');
  const [head, ...own] = await linesOf(shop.tenant, '/v1/billing/invoices.csv');
  expect(head).toBe(
    'id,number,status,currency,subtotal,tax,total,credits,due,periodStart,periodEnd,plan,createdAt,issuedAt,paidAt,disputed',
  );
  expect(own.map((line) => line.split(',')[1])).toEqual(numbers);
  expect(own[0]).toContain(',open,usd,49.00,');
  const operator = await logInOperator(api);
  expect(await linesOf(operator, `/v1/admin/organizations/${shop.id}/invoices.csv`)).toEqual([head, ...own]);
  const all = await linesOf(operator, '/v1/admin/invoices.csv');
  expect(all.filter((line) => line.startsWith(shop.id))).toHaveLength(2);
  await operator.get(`/v1/admin/organizations/${uuidv7()}/invoices.csv`).expect(404);
  await shop.tenant.get('/v1/admin/invoices.csv').expect(403);
  expect((await linesOf(operator, '/v1/admin/blocked-invoices.csv'))[0]).toMatch(
    /^organizationId,organizationName,id,/,
  );
});

describe('what is spent by project and API key', () => {
  const spendOf = async ({ tenant }: Customer, query = '') =>
    (await tenant.get(`/v1/billing/spend${query}`).expect(200)).body;
  const [shopProject, otherProject, key] = [uuidv7(), uuidv7(), uuidv7()];
  const useBy = ({ tenant }: Customer, periodStart: Date, meter: string, quantity: number, by: object) =>
    addUsage(api, tenant, meter, quantity, { periodStart: periodStart.toISOString(), ...by });

  it('sums to the metered lines of the invoice, by quantity, to the cent, of each period and however it is grouped', async () => {
    const shop = await signUp(new Date(Date.UTC(2026, 8, 1)));
    const [first, second] = [shop.anchor, monthsAfter(shop.anchor, 1)];
    await useBy(shop, first, 'recommendation_requests', 100_000, { projectId: shopProject, apiKeyId: key });
    await useBy(shop, first, 'recommendation_requests', 20_000, { projectId: shopProject });
    await useBy(shop, first, 'recommendation_requests', 3_456, { projectId: otherProject });
    await useBy(shop, first, 'training_seconds', 50_000, { projectId: otherProject, deviceClass: 'cpu' });
    await useBy(shop, second, 'recommendation_requests', 200_001, { projectId: otherProject });
    await writer.bill(shop.id, monthsAfter(shop.anchor, 2, 1));
    const invoices = await listOf(shop);
    const meteredOf = async ({ id }: any) => {
      const { lines } = await detailOf(shop, id);
      const metered = lines.filter(({ meter }: any) => meter !== null);
      return metered.reduce((sum: Decimal, { amount }: any) => sum.plus(amount), new Decimal(0)).toFixed(2);
    };
    for (const invoice of invoices) {
      const period = `period=${invoice.periodStart}`;
      for (const groupBy of ['project', 'apiKey', 'meter', 'project,apiKey,meter', '']) {
        const { total, rows } = await spendOf(shop, `?${period}${groupBy && `&groupBy=${groupBy}`}`);
        expect(total).toBe(await meteredOf(invoice));
        const sum = rows.reduce((all: Decimal, { amount }: any) => all.plus(amount), new Decimal(0));
        expect(sum.toFixed(2)).toBe(total);
      }
    }
    // (123,456 − 100,000) × 0.0002 = 4.69, by 100,000 : 20,000 : 3,456
    const { rows, periods } = await spendOf(shop, `?period=${first.toISOString()}`);
    const ofRequests = rows.filter(({ meter }: any) => meter === 'recommendation_requests');
    expect(ofRequests).toEqual([
      { projectId: shopProject, apiKeyId: key, meter: 'recommendation_requests', quantity: '100000', amount: '3.80' },
      { projectId: shopProject, apiKeyId: null, meter: 'recommendation_requests', quantity: '20000', amount: '0.76' },
      { projectId: otherProject, apiKeyId: null, meter: 'recommendation_requests', quantity: '3456', amount: '0.13' },
    ]);
    const byProject = (await spendOf(shop, `?period=${first.toISOString()}&groupBy=project`)).rows;
    expect(byProject.find(({ projectId }: any) => projectId === shopProject)).toEqual({
      projectId: shopProject,
      amount: '4.56',
    });
    expect(periods.map(({ periodStart }: any) => periodStart)).toContain(second.toISOString());
    const csv = (await shop.tenant.get(`/v1/billing/spend.csv?period=${first.toISOString()}`).expect(200)).text;
    expect(csv.split('\n')[0]).toBe('projectId,apiKeyId,meter,quantity,amount,currency');
    expect(csv).toContain(`${shopProject},${key},recommendation_requests,100000,3.80,usd`);
    expect((await shop.tenant.get(`/v1/billing/spend?period=2001-01-01`).expect(404)).body.code).toBe('unknown_period');
    await shop.tenant.get('/v1/billing/spend?groupBy=colour').expect(400);
  });

  it('is of the running period unless another is asked for, and as the upcoming invoice', async () => {
    const now = new Date();
    const shop = await signUp(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)));
    await useBy(shop, shop.anchor, 'recommendation_requests', 130_000, { projectId: shopProject });
    const upcoming = (await shop.tenant.get('/v1/billing/invoices/upcoming').expect(200)).body;
    const found = await spendOf(shop);
    expect([found.periodStart, found.periodEnd]).toEqual([upcoming.periodStart, upcoming.periodEnd]);
    // 30,000 × 0.0002
    expect([found.total, found.rows.length, found.rows[0].amount]).toEqual(['6.00', 1, '6.00']);
  });
});
