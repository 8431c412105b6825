import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IS_SANDBOX, type StripeUnderTest, startStripe, wrongEvents } from './checked-stripe.js';
import { monthly } from './clock.js';

let under: StripeUnderTest;
let stripe: Stripe;
let price: string;
beforeAll(async () => {
  under = await startStripe({ taxRates: { DE: 19 } });
  ({ stripe } = under);
  price = await monthly(stripe, 4900, 'Pro');
});
afterAll(() => under.close());

async function taxed(customer: Stripe.CustomerCreateParams, amount = 1_050): Promise<Stripe.Invoice> {
  const { id } = await stripe.customers.create(customer);
  const invoice = await stripe.invoices.create({ customer: id, currency: 'usd' });
  const item = { customer: id, invoice: invoice.id, currency: 'usd', tax_behavior: 'exclusive' } as const;
  await stripe.invoiceItems.create({ ...item, amount });
  return stripe.invoices.update(invoice.id!, { automatic_tax: { enabled: true } });
}

// What a sandbox collects depends on its registrations.
describe.skipIf(IS_SANDBOX)('automatic tax', () => {
  it('is on top, by the country of the customer', async () => {
    const invoice = await taxed({ address: { country: 'DE' } });
    expect(invoice).toMatchObject({
      subtotal: 1_050,
      total_excluding_tax: 1_050,
      total: 1_250,
      amount_due: 1_250,
      automatic_tax: { enabled: true, status: 'complete' },
      total_taxes: [{ amount: 200, taxable_amount: 1_050, taxability_reason: 'standard_rated' }],
    });
    expect(invoice.lines.data[0]!.taxes).toMatchObject([{ amount: 200, tax_behavior: 'exclusive' }]);
    expect(await stripe.invoices.finalizeInvoice(invoice.id!)).toMatchObject({ status: 'open', total: 1_250 });
  });

  it.each([
    [{ address: { country: 'US' } }, 'not_collecting'],
    [{ address: { country: 'DE' }, tax_exempt: 'reverse' as const }, 'reverse_charge'],
    [{ address: { country: 'DE' }, tax_exempt: 'exempt' as const }, 'customer_exempt'],
  ])('is nothing for %j', async (customer, reason) => {
    const invoice = await taxed(customer);
    expect(invoice).toMatchObject({ total: 1_050, total_taxes: [{ amount: 0, taxability_reason: reason }] });
  });

  it('wants to know where the customer is, and no item below zero', async () => {
    const invoice = await taxed({});
    expect(invoice).toMatchObject({ total: 1_050, automatic_tax: { status: 'requires_location_inputs' } });
    await expect(stripe.invoices.finalizeInvoice(invoice.id!)).rejects.toMatchObject({
      code: 'customer_tax_location_invalid',
    });
    const less = { customer: invoice.customer as string, invoice: invoice.id!, currency: 'usd', amount: -50 };
    await expect(stripe.invoiceItems.create(less)).rejects.toMatchObject({ statusCode: 400 });
    await stripe.customers.update(invoice.customer as string, { address: { country: 'DE' } });
    expect(await stripe.invoices.finalizeInvoice(invoice.id!)).toMatchObject({ total: 1_250 });
  });

  it('is asked for by Checkout, which keeps country, name and tax id, and goes on with the subscription', async () => {
    const { id: customer } = await stripe.customers.create({ email: 'a@shop.example' });
    const asked: Stripe.Checkout.SessionCreateParams = {
      mode: 'subscription',
      customer,
      line_items: [{ price, quantity: 1 }],
      success_url: 'http://localhost:3000/done',
      automatic_tax: { enabled: true },
      tax_id_collection: { enabled: true },
    };
    await expect(stripe.checkout.sessions.create(asked)).rejects.toMatchObject({
      code: 'customer_tax_location_invalid',
    });
    const session = await stripe.checkout.sessions.create({
      ...asked,
      customer_update: { address: 'auto', name: 'auto' },
    });
    expect(session.automatic_tax).toMatchObject({ enabled: true, status: 'requires_location_inputs' });
    const url = session.url!.replace('localhost', '127.0.0.1');
    expect(await (await fetch(url)).text()).toContain('name="country"');
    const form = { number: '4242 4242 4242 4242', country: 'de', name: 'A Shop GmbH', tax_id: 'DE 123456789' };
    await fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
    const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription', 'invoice'] });
    expect(paid).toMatchObject({
      status: 'complete',
      amount_total: 5_831,
      total_details: { amount_tax: 931 },
      automatic_tax: { status: 'complete' },
      subscription: { automatic_tax: { enabled: true } },
      invoice: { total_excluding_tax: 4_900, total: 5_831, amount_paid: 5_831 },
    });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({
      name: 'A Shop GmbH',
      address: { country: 'DE' },
    });
    expect((await stripe.customers.listTaxIds(customer)).data).toMatchObject([
      { type: 'eu_vat', value: 'DE123456789' },
    ]);
    const preview = await stripe.invoices.createPreview({
      customer,
      subscription: (paid.subscription as Stripe.Subscription).id,
    });
    expect(preview).toMatchObject({ total_excluding_tax: 4_900, total: 5_831 });
  });

  it('tells nothing that is not of its type', async () => {
    expect(await wrongEvents(stripe)).toEqual([]);
  });
});
