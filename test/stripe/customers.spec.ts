import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StripeUnderTest, startStripe, wrongEvents } from './checked-stripe.js';

let under: StripeUnderTest;
beforeAll(async () => {
  under = await startStripe();
});
afterAll(() => under.close());

describe('a customer', () => {
  it('is created, changed, found and listed', async () => {
    const { stripe } = under;
    const created = await stripe.customers.create({
      name: 'Shop',
      email: 'a@shop.example',
      metadata: { tenant: '1', old: 'x' },
      address: { country: 'DE', line1: 'Street 1' },
    });
    const updated = await stripe.customers.update(created.id, {
      name: '',
      metadata: { old: '', more: 'y' },
      balance: -500,
    });
    expect(updated).toMatchObject({ name: null, metadata: { tenant: '1', more: 'y' }, balance: -500 });
    expect(await stripe.customers.retrieve(created.id)).toMatchObject({ id: created.id, balance: -500 });
    const { data } = await stripe.customers.list({ email: 'a@shop.example' });
    expect(data.map(({ id }) => id)).toContain(created.id);
    const { data: balance } = await stripe.customers.listBalanceTransactions(created.id);
    expect(balance.map(({ amount, ending_balance }) => [amount, ending_balance])).toEqual([[-500, -500]]);
  });
  it('has tax ids', async () => {
    const { stripe } = under;
    const { id } = await stripe.customers.create({ tax_id_data: [{ type: 'eu_vat', value: 'DE123456789' }] });
    const added = await stripe.customers.createTaxId(id, { type: 'ch_vat', value: 'CHE-123.456.788 MWST' });
    expect((await stripe.customers.listTaxIds(id)).data.map(({ type }) => type)).toEqual(['ch_vat', 'eu_vat']);
    expect(await stripe.customers.deleteTaxId(id, added.id)).toMatchObject({ deleted: true });
    const { tax_ids } = (await stripe.customers.retrieve(id, { expand: ['tax_ids'] })) as {
      tax_ids?: { data: unknown[] };
    };
    expect(tax_ids!.data).toHaveLength(1);
  });
});

it('events are as their types say', async () => {
  expect(await wrongEvents(under.stripe)).toEqual([]);
});
