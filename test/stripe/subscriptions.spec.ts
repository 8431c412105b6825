import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IS_SANDBOX, type StripeUnderTest, startStripe, wrongEvents } from './checked-stripe.js';
import { APRIL, DAY, HOUR, monthly, OnClock } from './clock.js';

const MAY = APRIL + 30 * DAY;
const JUNE = MAY + 31 * DAY;

let under: StripeUnderTest;
let stripe: Stripe;
let ten: string;
let twenty: string;
beforeAll(async () => {
  under = await startStripe();
  ({ stripe } = under);
  ten = await monthly(stripe, 1000, 'Ten');
  twenty = await monthly(stripe, 2000, 'Twenty');
});
afterAll(() => under.close());

const itemOf = ({ items }: Stripe.Subscription) => items.data[0]!;

describe('a subscription', () => {
  it('bills its first period at once, and each next an hour after it began', async () => {
    const on = await OnClock.start(stripe);
    const made = await on.subscribe(ten);
    expect(made).toMatchObject({ status: 'active', billing_cycle_anchor: APRIL, currency: 'usd' });
    expect(itemOf(made)).toMatchObject({ current_period_start: APRIL, current_period_end: MAY });
    const [first] = await on.invoices();
    expect(first).toMatchObject({
      status: 'paid',
      billing_reason: 'subscription_create',
      amount_paid: 1000,
      id: made.latest_invoice,
    });
    expect(first!.lines.data).toMatchObject([{ amount: 1000, period: { start: APRIL, end: MAY } }]);

    await on.advance(MAY + HOUR - 60);
    const draft = await on.newestInvoice();
    expect(draft).toMatchObject({
      status: 'draft',
      billing_reason: 'subscription_cycle',
      number: null,
      auto_advance: true,
    });
    expect(draft).toMatchObject({ period_start: APRIL, period_end: MAY, automatically_finalizes_at: MAY + HOUR });
    expect(draft.lines.data).toMatchObject([{ amount: 1000, period: { start: MAY, end: JUNE } }]);
    await on.advance(MAY + HOUR);
    const paid = await on.newestInvoice();
    expect(paid).toMatchObject({ id: draft.id, status: 'paid', amount_paid: 1000, attempt_count: 1, attempted: true });
    // Numbers follow each other without a gap.
    expect(paid.number).toBe(first!.number!.replace(/1$/, '2'));
  });

  it('that began on the 31st ends its months on their last day, and in March on the 31st again', async () => {
    const on = await OnClock.start(stripe, { at: Date.UTC(2027, 0, 31) / 1000 });
    const { id } = await on.subscribe(ten);
    await on.advance(Date.UTC(2027, 1, 28, 2) / 1000);
    const { current_period_end } = itemOf(await stripe.subscriptions.retrieve(id));
    expect(new Date(current_period_end * 1000).toISOString()).toBe('2027-03-31T00:00:00.000Z');
  });

  it('that is not paid is incomplete, is active when it is, and else is given up after 23 hours', async () => {
    const on = await OnClock.start(stripe, { card: 'pm_card_chargeCustomerFail' });
    const late = await on.subscribe(ten);
    const paid = await on.subscribe(ten);
    expect(late.status).toBe('incomplete');
    const card = await on.useCard('pm_card_visa');
    await stripe.invoices.pay(paid.latest_invoice as string, { payment_method: card });
    expect((await stripe.subscriptions.retrieve(paid.id)).status).toBe('active');
    await on.advance(APRIL + 23 * HOUR);
    expect((await stripe.subscriptions.retrieve(late.id)).status).toBe('incomplete_expired');
    expect((await stripe.invoices.retrieve(late.latest_invoice as string)).status).toBe('void');
  });

  it('is refused without a card, and where it must be paid and is not', async () => {
    const on = await OnClock.start(stripe, { card: null });
    await expect(on.subscribe(ten)).rejects.toMatchObject({ statusCode: 400, code: 'resource_missing' });
    await on.useCard('pm_card_chargeCustomerFail');
    const refused = on.subscribe(ten, { payment_behavior: 'error_if_incomplete' });
    await expect(refused).rejects.toMatchObject({ statusCode: 402, code: 'card_declined', type: 'StripeCardError' });
    expect(await on.invoices()).toEqual([]);
    const waiting = await on.subscribe(ten, {
      payment_behavior: 'default_incomplete',
      expand: ['latest_invoice.confirmation_secret'],
    });
    expect(waiting.status).toBe('incomplete');
    expect((waiting.latest_invoice as Stripe.Invoice).confirmation_secret!.client_secret).toMatch(/^pi_.*_secret_/);
  });

  it('on trial costs nothing until it ends, which is told three days before', async () => {
    const on = await OnClock.start(stripe);
    const made = await on.subscribe(ten, { trial_period_days: 14 });
    const end = APRIL + 14 * DAY;
    expect(made).toMatchObject({ status: 'trialing', trial_end: end, billing_cycle_anchor: end });
    expect(await on.newestInvoice()).toMatchObject({ status: 'paid', total: 0 });
    await on.advance(end - 2 * DAY);
    const { data: told } = await stripe.events.list({ type: 'customer.subscription.trial_will_end' });
    expect(told.map(({ data }) => (data.object as Stripe.Subscription).id)).toContain(made.id);
    await on.advance(end + HOUR);
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({ status: 'active' });
    expect(await on.newestInvoice()).toMatchObject({
      status: 'paid',
      amount_paid: 1000,
      billing_reason: 'subscription_cycle',
    });
  });

  it('on trial without a card pauses at its end where that is set, and resumes when it is paid', async () => {
    const on = await OnClock.start(stripe, { card: null });
    const made = await on.subscribe(ten, {
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
    });
    await on.advance(APRIL + 10 * DAY);
    expect((await stripe.subscriptions.retrieve(made.id)).status).toBe('paused');
    await on.useCard('pm_card_visa');
    const resumed = await stripe.subscriptions.resume(made.id, { billing_cycle_anchor: { type: 'now' } });
    expect(resumed).toMatchObject({ status: 'active', billing_cycle_anchor: APRIL + 10 * DAY });
  });

  it('ends at the end of its period, or goes on where that is taken back', async () => {
    const on = await OnClock.start(stripe);
    const [ending, kept] = [await on.subscribe(ten), await on.subscribe(ten)];
    for (const { id } of [ending, kept]) {
      const updated = await stripe.subscriptions.update(id, { cancel_at_period_end: true });
      expect(updated).toMatchObject({ cancel_at: MAY, canceled_at: APRIL, status: 'active' });
    }
    await stripe.subscriptions.update(kept.id, { cancel_at_period_end: false });
    await on.advance(MAY + 2 * HOUR);
    expect(await stripe.subscriptions.retrieve(ending.id)).toMatchObject({ status: 'canceled', ended_at: MAY });
    expect((await stripe.subscriptions.retrieve(kept.id)).status).toBe('active');
    expect(await on.invoices(ending.id)).toHaveLength(1);
    expect(await on.invoices(kept.id)).toHaveLength(2);
  });

  it('that is paused collects nothing, as it is told to', async () => {
    const on = await OnClock.start(stripe);
    const behaviors = ['void', 'mark_uncollectible', 'keep_as_draft'] as const;
    const paused = [];
    for (const behavior of behaviors) {
      const { id } = await on.subscribe(ten);
      paused.push(id);
      await stripe.subscriptions.update(id, { pause_collection: { behavior, resumes_at: MAY + 10 * DAY } });
    }
    await on.advance(MAY + 2 * HOUR);
    const statuses = await Promise.all(paused.map(async (id) => (await on.invoices(id)).at(-1)!.status));
    expect(statuses).toEqual(['void', 'uncollectible', 'draft']);
    await on.advance(MAY + 11 * DAY);
    expect((await stripe.subscriptions.retrieve(paused[0]!)).pause_collection).toBeNull();
  });

  it('bills up to an anchor to come only for the time until then', async () => {
    const on = await OnClock.start(stripe);
    const made = await on.subscribe(ten, { billing_cycle_anchor: APRIL + 15 * DAY });
    expect(itemOf(made).current_period_end).toBe(APRIL + 15 * DAY);
    // 15 of the 31 days from 16 March to 16 April: 1000 × 15/31.
    expect((await on.newestInvoice()).total).toBe(484);
  });
});

describe('a payment that fails', () => {
  it('is tried again eight times in two weeks, and then ends the subscription', async () => {
    const on = await OnClock.start(stripe);
    const { id } = await on.subscribe(ten);
    await on.useCard('pm_card_chargeCustomerFail');
    await on.advance(MAY + HOUR);
    let invoice = await on.newestInvoice();
    expect(invoice).toMatchObject({ status: 'open', attempt_count: 1, next_payment_attempt: MAY + HOUR + DAY });
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('past_due');
    expect(await stripe.customers.retrieve(on.customer)).toMatchObject({ delinquent: true });
    await on.advance(MAY + HOUR + 14 * DAY);
    invoice = await on.newestInvoice();
    expect(invoice).toMatchObject({
      status: 'open',
      attempt_count: 9,
      next_payment_attempt: null,
      auto_advance: false,
    });
    const ended = await stripe.subscriptions.retrieve(id);
    expect(ended).toMatchObject({ status: 'canceled', cancellation_details: { reason: 'payment_failed' } });
  });

  it('is over when another card pays', async () => {
    const on = await OnClock.start(stripe);
    const { id } = await on.subscribe(ten);
    await on.useCard('pm_card_chargeCustomerFail');
    await on.advance(MAY + HOUR);
    await on.useCard('pm_card_visa');
    await on.advance(MAY + HOUR + DAY);
    expect(await on.newestInvoice()).toMatchObject({ status: 'paid', attempt_count: 2 });
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('active');
    expect(await stripe.customers.retrieve(on.customer)).toMatchObject({ delinquent: false });
  });

  it('asks for its payer where the card does', async () => {
    const on = await OnClock.start(stripe);
    await on.subscribe(ten);
    await on.useCard('pm_card_authenticationRequired');
    await on.advance(MAY + HOUR);
    const invoice = await on.newestInvoice();
    await expect(stripe.invoices.pay(invoice.id!)).rejects.toMatchObject({
      code: 'invoice_payment_intent_requires_action',
    });
    const [payment] = (await stripe.invoicePayments.list({ invoice: invoice.id! })).data;
    const intent = await stripe.paymentIntents.retrieve(payment!.payment.payment_intent as string);
    expect(intent).toMatchObject({ status: 'requires_action', amount: 1000 });
  });
});

describe.skipIf(IS_SANDBOX)('an account that leaves them unpaid', () => {
  it('keeps the subscription after the last retry, and drafts what comes', async () => {
    const unpaid = await startStripe({ afterLastRetry: 'unpaid' });
    const on = await OnClock.start(unpaid.stripe);
    const { id } = await on.subscribe(await monthly(unpaid.stripe, 1000));
    await on.useCard('pm_card_chargeCustomerFail');
    await on.advance(MAY + HOUR + 14 * DAY);
    expect((await unpaid.stripe.subscriptions.retrieve(id)).status).toBe('unpaid');
    await on.advance(JUNE + 2 * HOUR);
    expect(await on.newestInvoice()).toMatchObject({ status: 'draft', auto_advance: false, period_end: JUNE });
    await on.useCard('pm_card_visa');
    for (const invoice of await on.invoices(id))
      if (invoice.status !== 'paid') await unpaid.stripe.invoices.pay(invoice.id!);
    expect((await unpaid.stripe.subscriptions.retrieve(id)).status).toBe('active');
    await unpaid.close();
  });
});

describe('a first payment that is confirmed by its intent', () => {
  it('asks for its payer or is paid, and its card is kept where that is asked for', async () => {
    const on = await OnClock.start(stripe, { card: null });
    const made = await on.subscribe(ten, {
      payment_behavior: 'default_incomplete',
      payment_settings: { save_default_payment_method: 'on_subscription' },
      expand: ['latest_invoice.payments'],
    });
    const [payment] = (made.latest_invoice as Stripe.Invoice).payments!.data;
    const intent = payment!.payment.payment_intent as string;
    const asking = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer: on.customer });
    const return_url = 'http://localhost:3000';
    const asked = await stripe.paymentIntents.confirm(intent, { payment_method: asking.id, return_url });
    expect(asked).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } });
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: on.customer });
    const paid = await stripe.paymentIntents.confirm(intent, { payment_method: card.id, return_url });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 1000 });
    const active = await stripe.subscriptions.retrieve(made.id);
    expect(active).toMatchObject({ status: 'active', default_payment_method: card.id });
  });
});

describe('items of a subscription', () => {
  it('are added, changed and taken away, each by the rest of the period', async () => {
    const on = await OnClock.start(stripe);
    const made = await on.subscribe(ten);
    await on.advance(APRIL + 15 * DAY);
    const how = { proration_behavior: 'always_invoice' } as const;
    const added = await stripe.subscriptionItems.create({ subscription: made.id, price: twenty, quantity: 2, ...how });
    expect((await on.newestInvoice()).total).toBe(2000);
    await stripe.subscriptionItems.update(added.id, { quantity: 1, ...how });
    expect((await on.newestInvoice()).total).toBe(-1000);
    expect(await stripe.subscriptionItems.del(added.id, how)).toMatchObject({ deleted: true });
    expect((await stripe.subscriptionItems.list({ subscription: made.id })).data).toHaveLength(1);
    expect(await stripe.customers.retrieve(on.customer)).toMatchObject({ balance: -2000 });
    await expect(stripe.subscriptionItems.del(itemOf(made).id)).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe('a change in the middle of a period', () => {
  const middle = APRIL + 15 * DAY;
  const change = async (more: Partial<Stripe.SubscriptionUpdateParams>, from = ten, to = twenty) => {
    const on = await OnClock.start(stripe);
    const made = await on.subscribe(from);
    await on.advance(middle);
    const updated = await stripe.subscriptions.update(made.id, {
      items: [{ id: itemOf(made).id, price: to }],
      ...more,
    });
    return { on, updated };
  };

  it('from 10 to 20 USD costs 5 USD more, with the next invoice', async () => {
    const { on, updated } = await change({});
    expect(itemOf(updated).price.unit_amount).toBe(2000);
    const { data: pending } = await stripe.invoiceItems.list({ customer: on.customer, pending: true });
    expect(pending.map(({ amount, proration }) => [amount, proration])).toEqual([
      [1000, true],
      [-500, true],
    ]);
    await on.advance(MAY + HOUR);
    const next = await on.newestInvoice();
    expect(next).toMatchObject({ total: 2500, status: 'paid' });
    expect(next.lines.data.map(({ amount }) => amount)).toEqual([-500, 1000, 2000]);
  });

  it('is billed at once where that is asked for', async () => {
    const { on } = await change({ proration_behavior: 'always_invoice' });
    expect(await on.newestInvoice()).toMatchObject({
      billing_reason: 'subscription_update',
      total: 500,
      status: 'paid',
    });
  });

  it('costs nothing where that is asked for, and is credited by what was really paid', async () => {
    const { on, updated } = await change({ proration_behavior: 'none' });
    expect((await stripe.invoiceItems.list({ customer: on.customer, pending: true })).data).toEqual([]);
    await stripe.subscriptions.update(updated.id, { items: [{ id: itemOf(updated).id, price: ten }] });
    const { data } = await stripe.invoiceItems.list({ customer: on.customer, pending: true });
    // 10 USD were paid for the month, though 20 were its price last.
    expect(data.map(({ amount }) => amount)).toEqual([500, -500]);
  });

  it('to less becomes credit that pays for what comes', async () => {
    const { on } = await change({ proration_behavior: 'always_invoice' }, twenty, ten);
    expect(await on.newestInvoice()).toMatchObject({ total: -500, amount_due: 0, status: 'paid' });
    expect(await stripe.customers.retrieve(on.customer)).toMatchObject({ balance: -500 });
    await on.advance(MAY + HOUR);
    expect(await on.newestInvoice()).toMatchObject({
      total: 1000,
      amount_paid: 500,
      starting_balance: -500,
      ending_balance: 0,
    });
  });

  it('waits for its payment where that is asked for, and is given up if there is none', async () => {
    const on = await OnClock.start(stripe);
    const made = await on.subscribe(ten);
    await on.advance(middle);
    const card = await on.useCard('pm_card_chargeCustomerFail');
    const upgrade: Stripe.SubscriptionUpdateParams = {
      items: [{ id: itemOf(made).id, price: twenty }],
      payment_behavior: 'pending_if_incomplete',
      proration_behavior: 'always_invoice',
    };
    const waiting = await stripe.subscriptions.update(made.id, upgrade);
    expect(waiting.status).toBe('active');
    expect(itemOf(waiting).price.unit_amount).toBe(1000);
    expect(waiting.pending_update).toMatchObject({ expires_at: middle + 23 * HOUR });
    await on.advance(middle + 24 * HOUR);
    expect(await stripe.subscriptions.retrieve(made.id)).toMatchObject({ pending_update: null });
    expect(await on.newestInvoice()).toMatchObject({ status: 'void' });

    const again = await stripe.subscriptions.update(made.id, upgrade);
    await stripe.paymentMethods.detach(card);
    await stripe.invoices.pay(again.latest_invoice as string, { payment_method: await on.useCard('pm_card_visa') });
    const applied = await stripe.subscriptions.retrieve(made.id);
    expect(applied.pending_update).toBeNull();
    expect(itemOf(applied).price.unit_amount).toBe(2000);
  });

  it('to a year begins a new period at once, less what was not used of the old', async () => {
    const year = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 10_000,
      recurring: { interval: 'year' },
      product_data: { name: 'Year' },
    });
    const { on, updated } = await change({}, ten, year.id);
    expect(updated.billing_cycle_anchor).toBe(middle);
    expect(await on.newestInvoice()).toMatchObject({ total: 9500, status: 'paid' });
  });

  it('of how many is billed for the rest of the period', async () => {
    const on = await OnClock.start(stripe);
    const made = await on.subscribe(ten);
    await on.advance(middle);
    await stripe.subscriptions.update(made.id, {
      items: [{ id: itemOf(made).id, quantity: 3 }],
      proration_behavior: 'always_invoice',
    });
    expect((await on.newestInvoice()).total).toBe(1000);
  });

  it('is told beforehand to the cent', async () => {
    const on = await OnClock.start(stripe);
    const made = await on.subscribe(ten);
    await on.advance(APRIL + 12 * DAY + 34_567);
    const proration_date = APRIL + 12 * DAY + 34_567;
    const items = [{ id: itemOf(made).id, price: twenty }];
    const told = await stripe.invoices.createPreview({
      customer: on.customer,
      subscription: made.id,
      subscription_details: { items, proration_behavior: 'always_invoice', proration_date },
    });
    expect((await stripe.subscriptions.retrieve(made.id)).items.data[0]!.price.id).toBe(ten);
    expect(await on.invoices()).toHaveLength(1);
    await stripe.subscriptions.update(made.id, { items, proration_behavior: 'always_invoice', proration_date });
    const done = await on.newestInvoice();
    expect(told.lines.data.map(({ amount }) => amount)).toEqual(done.lines.data.map(({ amount }) => amount));
    // 17 days 14 h 23 min 53 s of 30 days are left: round(1000 × left / month) taken off round(2000 × left / month).
    const left = MAY - proration_date;
    expect(done.total).toBe(Math.round((2000 * left) / (30 * DAY)) - Math.round((1000 * left) / (30 * DAY)));
    const next = await stripe.invoices.createPreview({ subscription: made.id });
    expect(next).toMatchObject({ total: 2000, status: 'draft' });
  });
});

describe('cancelling at once', () => {
  it('gives back unused time where asked, on a last invoice', async () => {
    const on = await OnClock.start(stripe);
    const { id } = await on.subscribe(ten);
    await on.advance(APRIL + 15 * DAY);
    const ended = await stripe.subscriptions.cancel(id, { prorate: true, invoice_now: true });
    expect(ended).toMatchObject({ status: 'canceled', ended_at: APRIL + 15 * DAY });
    expect(await on.newestInvoice()).toMatchObject({ total: -500, status: 'paid' });
    expect(await stripe.customers.retrieve(on.customer)).toMatchObject({ balance: -500 });
    await expect(stripe.subscriptions.cancel(id)).rejects.toMatchObject({ code: 'resource_missing', statusCode: 404 });
    expect((await stripe.subscriptions.list({ customer: on.customer })).data).toEqual([]);
    expect((await stripe.subscriptions.list({ customer: on.customer, status: 'all' })).data).toHaveLength(1);
  });
});

it('every event is as its type says', async () => {
  expect(await wrongEvents(stripe)).toEqual([]);
});
