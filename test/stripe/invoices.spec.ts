import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StripeUnderTest, startStripe, wrongEvents } from './checked-stripe.js';
import { APRIL, DAY, HOUR, monthly, OnClock } from './clock.js';

let under: StripeUnderTest;
let stripe: Stripe;
let on: OnClock;
beforeAll(async () => {
  under = await startStripe();
  ({ stripe } = under);
  on = await OnClock.start(stripe);
});
afterAll(() => under.close());

/** A draft of one line. */
async function draft(amount: number, more: Partial<Stripe.InvoiceCreateParams> = {}): Promise<string> {
  const { id } = await stripe.invoices.create({ customer: on.customer, ...more });
  await stripe.invoiceItems.create({
    customer: on.customer,
    invoice: id,
    amount,
    currency: 'usd',
    description: 'Work',
  });
  return id!;
}

async function paid(amount: number): Promise<string> {
  const id = await draft(amount);
  await stripe.invoices.pay(id);
  return id;
}

describe('an invoice', () => {
  it('takes items and lines as a draft, is numbered when it is finalized, and is paid', async () => {
    const id = await draft(700);
    await stripe.invoiceItems.create({ customer: on.customer, amount: 50, currency: 'usd', description: 'Later' });
    const added = await stripe.invoices.addLines(id, {
      lines: [
        { amount: 300, description: 'More' },
        { amount: -100, description: 'Less' },
      ],
    });
    expect(added).toMatchObject({
      status: 'draft',
      number: null,
      total: 900,
      amount_due: 900,
      billing_reason: 'manual',
    });
    const less = added.lines.data.find(({ description }) => description === 'Less')!;
    await stripe.invoices.removeLines(id, { lines: [{ id: less.id, behavior: 'delete' }] });
    await stripe.invoices.update(id, { description: 'Hello', metadata: { a: 'b' } });
    const open = await stripe.invoices.finalizeInvoice(id);
    expect(open).toMatchObject({ status: 'open', total: 1000, amount_remaining: 1000, description: 'Hello' });
    expect(open.number).toMatch(/^[0-9A-F]{8}-\d{4}$/);
    await expect(stripe.invoices.addLines(id, { lines: [{ amount: 1 }] })).rejects.toMatchObject({
      code: 'invoice_not_editable',
    });
    const done = await stripe.invoices.pay(id, { expand: ['payments.data.payment.payment_intent'] });
    expect(done).toMatchObject({ status: 'paid', amount_paid: 1000, amount_remaining: 0, ending_balance: 0 });
    expect(done.payments!.data[0]).toMatchObject({ status: 'paid', amount_paid: 1000 });
    await expect(stripe.invoices.pay(id)).rejects.toMatchObject({ message: 'Invoice is already paid' });
    const { data: lines } = await stripe.invoices.listLineItems(id, { limit: 1 });
    expect(lines).toHaveLength(1);
    const pending = (await stripe.invoiceItems.list({ customer: on.customer, pending: true })).data;
    for (const { id: item } of pending) await stripe.invoiceItems.del(item);
  });

  it('that advances by itself is opened and collected after an hour', async () => {
    const own = await OnClock.start(stripe);
    const { id } = await stripe.invoices.create({ customer: own.customer, auto_advance: true });
    await stripe.invoiceItems.create({ customer: own.customer, invoice: id, amount: 900, currency: 'usd' });
    await own.advance(APRIL + HOUR);
    expect(await stripe.invoices.retrieve(id!)).toMatchObject({ status: 'paid', amount_paid: 900 });
  });

  it('can be voided, given up, sent to be paid otherwise, or deleted while it is a draft', async () => {
    const [voided, lost, sent, dropped] = [
      await draft(900),
      await draft(900),
      await draft(900, { collection_method: 'send_invoice', days_until_due: 7 }),
      await draft(900),
    ];
    for (const id of [voided, lost, sent]) await stripe.invoices.finalizeInvoice(id!);
    expect((await stripe.invoices.voidInvoice(voided!)).status).toBe('void');
    expect((await stripe.invoices.markUncollectible(lost!)).status).toBe('uncollectible');
    expect(await stripe.invoices.retrieve(sent!)).toMatchObject({ due_date: APRIL + 7 * DAY });
    expect(await stripe.invoices.pay(sent!, { paid_out_of_band: true })).toMatchObject({
      status: 'paid',
      amount_paid: 0,
    });
    expect(await stripe.invoices.del(dropped!)).toMatchObject({ deleted: true });
    await expect(stripe.invoices.retrieve(dropped!)).rejects.toMatchObject({ statusCode: 404 });
  });

  it('that a card does not pay stays open, and its failure stays too', async () => {
    const own = await OnClock.start(stripe, { card: 'pm_card_chargeCustomerFail' });
    const { id } = await stripe.invoices.create({ customer: own.customer });
    await stripe.invoiceItems.create({ customer: own.customer, invoice: id, amount: 900, currency: 'usd' });
    const refused = stripe.invoices.pay(id!);
    await expect(refused).rejects.toMatchObject({
      statusCode: 402,
      code: 'card_declined',
      decline_code: 'generic_decline',
    });
    expect(await stripe.invoices.retrieve(id!)).toMatchObject({ status: 'open', attempt_count: 1, attempted: true });
    expect((await stripe.charges.list({ customer: own.customer })).data).toMatchObject([
      { status: 'failed', failure_code: 'card_declined' },
    ]);
  });

  it('of less than a card is charged for is carried over', async () => {
    const own = await OnClock.start(stripe);
    const { id } = await stripe.invoices.create({ customer: own.customer });
    await stripe.invoiceItems.create({ customer: own.customer, invoice: id, amount: 20, currency: 'usd' });
    expect(await stripe.invoices.finalizeInvoice(id!)).toMatchObject({ status: 'paid', amount_due: 0 });
    expect(await stripe.customers.retrieve(own.customer)).toMatchObject({ balance: 20 });
  });

  it('shows ten lines of many, and lists all of them', async () => {
    const { id } = await stripe.invoices.create({ customer: on.customer });
    const lines = Array.from({ length: 25 }, (_, index) => ({ amount: 100 + index, description: `Line ${index}` }));
    const added = await stripe.invoices.addLines(id!, { lines });
    expect(added.lines).toMatchObject({ has_more: true });
    expect(added.lines.data).toHaveLength(10);
    const all = await stripe.invoices.listLineItems(id!, { limit: 10 }).autoPagingToArray({ limit: 100 });
    expect(all.map(({ amount }) => amount)).toEqual(lines.map(({ amount }) => amount));
  });
});

describe('prices', () => {
  const costOf = async (price: Partial<Stripe.PriceCreateParams>, quantities: number[]) => {
    const { id } = await stripe.prices.create({
      ...price,
      currency: 'usd',
      recurring: { interval: 'month' },
      product_data: { name: 'Fonts' },
    });
    const costs = [];
    for (const quantity of quantities) {
      const { total } = await stripe.invoices.createPreview({
        customer: on.customer,
        subscription_details: { items: [{ price: id, quantity }] },
      });
      costs.push(total / 100);
    }
    return costs;
  };
  const tiers: Stripe.PriceCreateParams.Tier[] = [
    { up_to: 5, unit_amount: 700 },
    { up_to: 10, unit_amount: 650 },
    { up_to: 'inf', unit_amount: 600 },
  ];
  const tiered = { billing_scheme: 'tiered', tiers } as const;

  it('in tiers by volume cost what Stripe’s example says', async () => {
    expect(await costOf({ ...tiered, tiers_mode: 'volume' }, [1, 5, 6, 20, 25])).toEqual([7, 35, 39, 120, 150]);
  });
  it('in graduated tiers cost what Stripe’s example says', async () => {
    expect(await costOf({ ...tiered, tiers_mode: 'graduated' }, [1, 5, 6, 20, 25])).toEqual([
      7, 35, 41.5, 127.5, 157.5,
    ]);
  });
  it('by the package round up to whole ones', async () => {
    const packages = { unit_amount: 500, transform_quantity: { divide_by: 5, round: 'up' } } as const;
    expect(await costOf({ ...packages }, [1, 5, 6, 8])).toEqual([5, 5, 10, 10]);
  });
  it('of parts of a cent are rounded once for a line', async () => {
    expect(await costOf({ unit_amount_decimal: Stripe.Decimal.from('0.05') }, [1000, 1050, 1010])).toEqual([
      0.5, 0.53, 0.51,
    ]);
  });
  it('show their tiers where asked, and are found by their lookup key', async () => {
    const key = `fonts-${Date.now()}`;
    const { id } = await stripe.prices.create({
      ...tiered,
      currency: 'usd',
      tiers_mode: 'graduated',
      recurring: { interval: 'month' },
      product_data: { name: 'Fonts' },
      lookup_key: key,
    });
    expect((await stripe.prices.retrieve(id)).tiers).toBeUndefined();
    expect((await stripe.prices.retrieve(id, { expand: ['tiers'] })).tiers).toHaveLength(3);
    expect((await stripe.prices.list({ lookup_keys: [key] })).data.map((price) => price.id)).toEqual([id]);
  });
});

describe('a refund', () => {
  it('gives back a part, then the rest, and no more', async () => {
    const id = await paid(1000);
    const [payment] = (await stripe.invoicePayments.list({ invoice: id })).data;
    const payment_intent = payment!.payment.payment_intent as string;
    expect(await stripe.refunds.create({ payment_intent, amount: 400 })).toMatchObject({
      amount: 400,
      status: 'succeeded',
    });
    const rest = await stripe.refunds.create({ payment_intent, reason: 'requested_by_customer' });
    expect(rest.amount).toBe(600);
    expect(await stripe.charges.retrieve(rest.charge as string)).toMatchObject({
      refunded: true,
      amount_refunded: 1000,
    });
    await expect(stripe.refunds.create({ payment_intent })).rejects.toMatchObject({ code: 'charge_already_refunded' });
  });
});

describe('a credit note', () => {
  it('of an open invoice asks for less', async () => {
    const id = await draft(1000);
    await stripe.invoices.finalizeInvoice(id);
    const note = await stripe.creditNotes.create({ invoice: id, amount: 400, reason: 'order_change' });
    expect(note).toMatchObject({ type: 'pre_payment', pre_payment_amount: 400, status: 'issued' });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({
      total: 1000,
      amount_remaining: 600,
      pre_payment_credit_notes_amount: 400,
    });
    await stripe.creditNotes.create({ invoice: id, amount: 600 });
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid', amount_paid: 0 });
  });
  it('of a paid one is refunded and credited as it says', async () => {
    const id = await paid(1000);
    await expect(stripe.creditNotes.create({ invoice: id, amount: 500 })).rejects.toMatchObject({ statusCode: 400 });
    const note = await stripe.creditNotes.create({ invoice: id, amount: 500, refund_amount: 300, credit_amount: 200 });
    expect(note).toMatchObject({ type: 'post_payment', post_payment_amount: 500 });
    expect(note.number).toMatch(/-CN-01$/);
    expect(note.refunds).toMatchObject([{ amount_refunded: 300 }]);
    const customer = (await stripe.customers.retrieve(on.customer)) as Stripe.Customer;
    expect(customer.balance).toBe(-200);
    await stripe.customers.update(on.customer, { balance: 0 });
  });
});

describe('a coupon', () => {
  it('takes its percent off as long as it lasts', async () => {
    const own = await OnClock.start(stripe);
    const plan = await monthly(stripe, 1000);
    const { id: coupon } = await stripe.coupons.create({
      percent_off: 25,
      duration: 'repeating',
      duration_in_months: 2,
    });
    const { id } = await own.subscribe(plan, { discounts: [{ coupon }] });
    for (const month of [30, 61]) await own.advance(APRIL + month * DAY + HOUR);
    const totals = (await own.invoices(id)).map(({ total, total_discount_amounts }) => [
      total,
      total_discount_amounts?.[0]?.amount,
    ]);
    expect(totals).toEqual([
      [750, 250],
      [750, 250],
      [1000, undefined],
    ]);
  });
  it('takes its amount off once, over all lines', async () => {
    const { id: coupon } = await stripe.coupons.create({
      amount_off: 100,
      currency: 'usd',
      duration: 'once',
      max_redemptions: 1,
    });
    const { id } = await stripe.invoices.create({ customer: on.customer, discounts: [{ coupon }] });
    const added = await stripe.invoices.addLines(id!, { lines: [{ amount: 1000 }, { amount: 500 }] });
    expect(added).toMatchObject({ subtotal: 1500, total: 1400 });
    expect(added.lines.data.map(({ discount_amounts }) => discount_amounts![0]!.amount)).toEqual([67, 33]);
    await expect(stripe.invoices.create({ customer: on.customer, discounts: [{ coupon }] })).rejects.toMatchObject({
      code: 'coupon_expired',
    });
  });
});

describe('a grant of credit', () => {
  it('pays for lines of its prices until it is used up, and is given back by what is voided', async () => {
    const own = await OnClock.start(stripe);
    const { id: price } = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 100,
      product_data: { name: 'Calls' },
    });
    const grant = await stripe.billing.creditGrants.create({
      customer: own.customer,
      amount: { type: 'monetary', monetary: { currency: 'usd', value: 1500 } },
      applicability_config: { scope: { prices: [{ id: price }] } },
      category: 'promotional',
    });
    const bill = async (quantity: number) => {
      const { id } = await stripe.invoices.create({ customer: own.customer });
      await stripe.invoices.addLines(id!, {
        lines: [
          { pricing: { price }, quantity },
          { amount: 100, description: 'Fee' },
        ],
      });
      return stripe.invoices.finalizeInvoice(id!);
    };
    const left = async () => {
      const filter = { type: 'credit_grant', credit_grant: grant.id } as const;
      const { balances } = await stripe.billing.creditBalanceSummaries.retrieve({ customer: own.customer, filter });
      return balances[0]!.available_balance.monetary!.value;
    };
    expect(await bill(10)).toMatchObject({ subtotal: 1100, total: 100, amount_due: 100 });
    const second = await bill(10);
    expect(second).toMatchObject({ subtotal: 1100, total: 600 });
    expect(await left()).toBe(0);
    await stripe.invoices.voidInvoice(second.id!);
    expect(await left()).toBe(500);
    await expect(stripe.billing.creditGrants.voidGrant(grant.id)).rejects.toMatchObject({ statusCode: 400 });
    expect((await stripe.billing.creditGrants.expire(grant.id)).expires_at).toBe(APRIL);
    const { data } = await stripe.billing.creditBalanceTransactions.list({ customer: own.customer });
    expect(data.map(({ credit, debit }) => (credit ?? debit)!.type)).toEqual([
      'credits_expired',
      'credits_application_invoice_voided',
      'credits_applied',
      'credits_applied',
      'credits_granted',
    ]);
  });
});

it('every event is as its type says', async () => {
  expect(await wrongEvents(stripe)).toEqual([]);
});
