import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IS_SANDBOX, type StripeUnderTest, startStripe } from './checked-stripe.js';

let under: StripeUnderTest;
let stripe: Stripe;
beforeAll(async () => {
  under = await startStripe();
  ({ stripe } = under);
});
afterAll(() => under.close());

describe('an idempotency key', () => {
  it('gets the first answer again, errors too, and no other parameters', async () => {
    const idempotencyKey = `key-${Date.now()}`;
    const first = await stripe.customers.create({ name: 'A' }, { idempotencyKey });
    const again = await stripe.customers.create({ name: 'A' }, { idempotencyKey });
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    const other = stripe.customers.create({ name: 'B' }, { idempotencyKey });
    await expect(other).rejects.toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });

    const errorKey = `${idempotencyKey}-error`;
    const attach = () =>
      stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer: first.id }, { idempotencyKey: errorKey });
    const refusals = [await attach().catch((error) => error), await attach().catch((error) => error)];
    for (const refusal of refusals)
      expect(refusal).toMatchObject({ statusCode: 402, code: 'card_declined', decline_code: 'generic_decline' });
    expect(refusals[1].headers['idempotent-replayed']).toBe('true');
  });

  it.skipIf(IS_SANDBOX)('is still free after a call that never began', async () => {
    const idempotencyKey = `key-${Date.now()}-unbegun`;
    const post = (percent: string) =>
      fetch(`${under.url}/v1/coupons`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_contract', 'idempotency-key': idempotencyKey },
        body: new URLSearchParams({ percent_off: percent }),
      });
    expect((await post('much')).status).toBe(400);
    expect((await post('10')).status).toBe(200);
  });
});

describe('a list', () => {
  it('is walked forward and backward, page by page', async () => {
    const { id: clock } = await stripe.testHelpers.testClocks.create({ frozen_time: Date.UTC(2027, 0, 1) / 1000 });
    const ids: string[] = [];
    for (const name of ['A', 'B', 'C']) ids.unshift((await stripe.customers.create({ name, test_clock: clock })).id);
    const list = (more: Stripe.CustomerListParams) => stripe.customers.list({ test_clock: clock, ...more });
    const page = await list({ limit: 2 });
    expect([page.data.map(({ id }) => id), page.has_more]).toEqual([ids.slice(0, 2), true]);
    const next = await list({ limit: 2, starting_after: ids[1] });
    expect([next.data.map(({ id }) => id), next.has_more]).toEqual([ids.slice(2), false]);
    const before = await list({ limit: 1, ending_before: ids[2] });
    expect([before.data.map(({ id }) => id), before.has_more]).toEqual([[ids[1]], true]);
    for (const limit of [0, 101])
      await expect(list({ limit })).rejects.toMatchObject({ statusCode: 400, param: 'limit' });
    await stripe.testHelpers.testClocks.del(clock);
    await expect(stripe.customers.retrieve(ids[0]!)).resolves.toMatchObject({ deleted: true });
  });
});

describe('what is expanded', () => {
  it('stands in place of its id, and what cannot be is refused', async () => {
    const { id } = await stripe.prices.create({ currency: 'usd', unit_amount: 500, product_data: { name: 'Thing' } });
    expect((await stripe.prices.retrieve(id, { expand: ['product'] })).product).toMatchObject({ name: 'Thing' });
    const { data } = await stripe.prices.list({ limit: 1, expand: ['data.product'] });
    expect(data[0]!.product).toMatchObject({ object: 'product' });
    await expect(stripe.prices.retrieve(id, { expand: ['colour'] })).rejects.toMatchObject({
      statusCode: 400,
      param: 'expand',
    });
  });
});

describe('an error', () => {
  const raw = (path: string, { key = 'sk_test_contract', ...init }: RequestInit & { key?: string } = {}) =>
    fetch(`${under.url}${path}`, { ...init, headers: key ? { authorization: `Bearer ${key}` } : {} }).then(
      async (response) => ({
        status: response.status,
        error: ((await response.json()) as { error: Record<string, unknown> }).error,
      }),
    );

  it('says what is not there, 404 by the path and 400 by a parameter', async () => {
    await expect(stripe.customers.retrieve('cus_none')).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'id',
      message: "No such customer: 'cus_none'",
    });
    await expect(stripe.paymentMethods.attach('pm_card_visa', { customer: 'cus_none' })).rejects.toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'customer',
    });
  });

  it.skipIf(IS_SANDBOX)('names a parameter that is unknown, missing or of no use', async () => {
    const post = (path: string, form: Record<string, string>) =>
      raw(path, { method: 'POST', body: new URLSearchParams(form) });
    expect(await post('/v1/customers', { colour: 'red' })).toMatchObject({
      status: 400,
      error: { code: 'parameter_unknown', param: 'colour' },
    });
    expect(await post('/v1/subscriptions', {})).toMatchObject({
      status: 400,
      error: { code: 'parameter_missing', param: 'customer' },
    });
    const nested = { customer: 'cus_1', 'items[0][prize]': 'x' };
    expect(await post('/v1/subscriptions', nested)).toMatchObject({
      error: { code: 'parameter_unknown', param: 'items[0][prize]' },
    });
    expect(await post('/v1/customers', { balance: 'much' })).toMatchObject({
      error: { code: 'parameter_invalid_integer', param: 'balance' },
    });
  });

  it.skipIf(IS_SANDBOX)('comes without a key, with a wrong one, and at a path that is none', async () => {
    expect(await raw('/v1/customers', { key: '' })).toMatchObject({
      status: 401,
      error: { type: 'invalid_request_error' },
    });
    expect(await raw('/v1/customers', { key: 'sk_live_x' })).toMatchObject({ status: 401 });
    expect(await raw('/v1/nothing')).toMatchObject({
      status: 404,
      error: { message: expect.stringMatching(/^Unrecognized request URL \(GET: \/v1\/nothing\)/) },
    });
  });

  it('of a card has its reason', async () => {
    const { id: customer } = await stripe.customers.create();
    const attach = (card: string) => stripe.paymentMethods.attach(card, { customer });
    await expect(attach('pm_card_chargeDeclinedInsufficientFunds')).rejects.toMatchObject({
      type: 'StripeCardError',
      decline_code: 'insufficient_funds',
    });
    expect((await attach('pm_card_chargeCustomerFail')).customer).toBe(customer);
    expect((await stripe.customers.listPaymentMethods(customer, { type: 'card' })).data).toHaveLength(1);
  });
});
