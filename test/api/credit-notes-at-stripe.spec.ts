import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import type Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { BillingRepository } from '../../libs/features/billing/index.js';
import { CreditGrantsRepository } from '../../libs/features/credit-grants/index.js';
import { CreditNoteSender } from '../../libs/features/credit-notes/credit-note-sender.js';
import { CreditNotesRepository } from '../../libs/features/credit-notes/credit-notes.repository.js';
import { InvoiceFollower } from '../../libs/features/invoices/index.js';
import { InvoicesRepository } from '../../libs/features/invoices/invoices.repository.js';
import { NotificationsService } from '../../libs/features/notifications/index.js';
import { WebhooksService } from '../../libs/features/webhooks/index.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import { CONFIG } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { startApi, Tenant, type TestApi, until, WEBHOOK_SECRET } from '../factories/api.js';
import { addDraft } from '../factories/drafts.js';
import { IS_FULL } from '../factories/faults-report.js';
import { logInOperator } from '../factories/members.js';
import { type Fate, StripeProxy } from '../factories/stripe-proxy.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-credit-notes-'));
const REASON = 'The import of 3 November was counted twice.';

let api: TestApi;
let localStripe: FastifyInstance;
let stripe: Stripe;
let direct: StripeProxy;
let proxy: StripeProxy;
let owner: pg.Client;
let operator: Tenant;
const senders: CreditNoteSender[] = [];

beforeAll(async () => {
  const port = await freePort();
  api = await startApi({ STRIPE_API_URL: `http://127.0.0.1:${port}`, PUBLIC_URL: 'http://localhost:3000' });
  localStripe = await startLocalStripe({
    file: path.join(folder, 'stripe.db'),
    port,
    webhookUrl: `${api.url}/v1/billing/stripe/webhook`,
    webhookSecret: WEBHOOK_SECRET,
  });
  [direct, proxy] = await Promise.all([StripeProxy.start(port), StripeProxy.start(port)]);
  stripe = direct.client();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
});
afterEach(async () => {
  proxy.pass();
  await stopSenders();
});
afterAll(async () => {
  direct.close();
  proxy.close();
  await Promise.all([api.close(), localStripe.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

const get = (token: any) => api.app.get<any>(token, { strict: false });

/** A worker's, which sees Stripe through the proxy. */
function startSender(): CreditNoteSender {
  const [database, clock] = [get(Database), get(Clock)];
  const [invoices, billing, through] = [new InvoicesRepository(), new BillingRepository(), proxy.client()];
  const [webhooks, mails] = [get(WebhooksService), get(NotificationsService)];
  const [config, credits] = [get(CONFIG), new CreditGrantsRepository()];
  const follower = new InvoiceFollower(database, invoices, billing, through, webhooks, mails, clock, config, credits);
  const sender = new CreditNoteSender(database, new CreditNotesRepository(), follower, through, clock);
  sender.onApplicationBootstrap();
  senders.push(sender);
  return sender;
}
const stopSenders = () => Promise.all(senders.splice(0).map((each) => each.beforeApplicationShutdown()));

interface Shop {
  tenant: Tenant;
  id: string;
  customer: string;
  invoiceId: string;
  atStripe: string;
}

/** An organization with an invoice of 50.00 that Stripe collects, and has the money of unless it is open. */
async function invoiced(status: 'open' | 'paid', balance = 0, card = 'pm_card_visa'): Promise<Shop> {
  const tenant = await Tenant.signUp(api, 'Credited shop');
  const { id } = (await tenant.get('/v1/me')).body.organization;
  const customer = (await stripe.customers.create({ name: 'Credited shop', balance })).id;
  await owner.query('UPDATE organizations SET stripe_customer_id = $2 WHERE id = $1', [id, customer]);
  const invoiceId = await addDraft(owner, id, 1, [5_000]);
  const { id: atStripe } = await stripe.invoices.create({
    customer,
    currency: 'usd',
    metadata: { invoice_id: invoiceId },
  });
  await stripe.invoiceItems.create({ customer, invoice: atStripe, currency: 'usd', amount: 5_000 });
  await owner.query(
    `UPDATE invoices SET stripe_invoice_id = $2, next_attempt_at = now() + interval '1 day' WHERE id = $1`,
    [invoiceId, atStripe],
  );
  await stripe.invoices.finalizeInvoice(atStripe!);
  if (status === 'paid') {
    const { id: method } = await stripe.paymentMethods.attach(card, { customer });
    await stripe.invoices.pay(atStripe!, { payment_method: method });
  }
  const shop = { tenant, id, customer, invoiceId, atStripe: atStripe! };
  await until(async () => (await invoiceOf(shop)).status === status);
  return shop;
}

async function issue({ id, invoiceId }: Shop, kind: 'credit' | 'refund', amount: string): Promise<any> {
  const { body } = await operator
    .post(`/v1/admin/organizations/${id}/invoices/${invoiceId}/credit-notes`, {
      kind,
      amount,
      currency: 'usd',
      reason: `${REASON} ${amount}`,
    })
    .expect(201);
  expect(body).toMatchObject({ status: 'issued', collection: 'waiting', stripeCreditNoteId: null });
  return body;
}

const invoiceOf = async ({ tenant, invoiceId }: Shop) =>
  (await tenant.get(`/v1/billing/invoices/${invoiceId}`).expect(200)).body;
const rowOf = async (note: { id: string }) =>
  (await owner.query('SELECT * FROM credit_notes WHERE id = $1', [note.id])).rows[0];
const notesOf = async ({ atStripe }: Shop) => (await stripe.creditNotes.list({ invoice: atStripe })).data;
const hasten = (note: { id: string }) =>
  owner.query('UPDATE credit_notes SET next_attempt_at = now() WHERE id = $1', [note.id]);
const isSent = async (note: { id: string }) => (await rowOf(note)).stripe_credit_note_id !== null;
const balanceOf = async ({ customer }: Shop) =>
  ((await stripe.customers.retrieve(customer)) as Stripe.Customer).balance;

describe('a credit of an open invoice', () => {
  it('is a credit note at Stripe, which asks for so much less; of all of it, the invoice is paid', async () => {
    const shop = await invoiced('open');
    startSender();
    const note = await issue(shop, 'credit', '20.00');
    await until(() => isSent(note));
    const [found, ...others] = await notesOf(shop);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      amount: 2_000,
      type: 'pre_payment',
      memo: `${note.number}: ${REASON} 20.00`,
      metadata: { credit_note_id: note.id },
    });
    expect(await stripe.invoices.retrieve(shop.atStripe)).toMatchObject({ amount_remaining: 3_000 });
    const list = (await operator.get(`/v1/admin/organizations/${shop.id}/invoices/${shop.invoiceId}/credit-notes`))
      .body;
    expect(list.data).toMatchObject([{ collection: 'sent', stripeCreditNoteId: found!.id, blockedReason: null }]);
    expect(await invoiceOf(shop)).toMatchObject({ status: 'open' });
    const rest = await issue(shop, 'credit', '30.00');
    await until(() => isSent(rest));
    await until(async () => (await invoiceOf(shop)).status === 'paid');
    expect(await stripe.invoices.retrieve(shop.atStripe)).toMatchObject({ status: 'paid', amount_paid: 0 });
  });

  it('that was paid meanwhile is credit for the next one', async () => {
    const shop = await invoiced('open');
    const note = await issue(shop, 'credit', '20.00');
    const { id: card } = await stripe.paymentMethods.attach('pm_card_visa', { customer: shop.customer });
    await stripe.invoices.pay(shop.atStripe, { payment_method: card });
    startSender();
    await until(() => isSent(note));
    expect(await notesOf(shop)).toMatchObject([{ type: 'post_payment', amount: 2_000, refunds: [] }]);
    expect(await balanceOf(shop)).toBe(-2_000);
  });

  it('counts no more as missing, before Stripe has it and after', async () => {
    const shop = await invoiced('open');
    await owner.query(`UPDATE invoices SET issued_at = now() - interval '2 days' WHERE id = $1`, [shop.invoiceId]);
    const settle = async () => {
      await get(Database).tenant(shop.id, (transaction: never) =>
        new BillingRepository().settleOverdue(transaction, shop.id, new Date()),
      );
      const { rows } = await owner.query('SELECT overdue_stage FROM subscriptions WHERE tenant_id = $1', [shop.id]);
      return rows[0].overdue_stage;
    };
    expect(await settle()).toBe('grace');
    await issue(shop, 'credit', '20.00');
    expect(await settle()).toBe('grace');
    const rest = await issue(shop, 'credit', '30.00');
    expect(await settle()).toBe(null);
    startSender();
    await until(() => isSent(rest));
    expect(await settle()).toBe(null);
  });
});

/** At Stripe, with no credit note. */
async function refundByHand(shop: Shop, amount = 5_000): Promise<void> {
  const { data } = await stripe.invoicePayments.list({ invoice: shop.atStripe });
  await stripe.refunds.create({ payment_intent: data[0]!.payment.payment_intent as string, amount });
  await until(async () => Number((await invoiceOf(shop)).refunded) > 0);
}

describe('a refund of a paid invoice', () => {
  it('goes back to the card, and once', async () => {
    const shop = await invoiced('paid');
    for (let each = 0; each < 3; each++) startSender();
    const notes = [await issue(shop, 'refund', '20.00'), await issue(shop, 'refund', '30.00')];
    await until(async () => (await Promise.all(notes.map(isSent))).every(Boolean));
    const found = await notesOf(shop);
    expect(found.map(({ amount, refunds }) => [amount, refunds[0]!.amount_refunded]).toSorted()).toEqual([
      [2_000, 2_000],
      [3_000, 3_000],
    ]);
    expect(await balanceOf(shop)).toBe(0);
  });

  it('goes back to the balance as far as that paid', async () => {
    const shop = await invoiced('paid', -1_500);
    startSender();
    const note = await issue(shop, 'refund', '50.00');
    await until(() => isSent(note));
    const [found] = await notesOf(shop);
    expect(found!.refunds).toMatchObject([{ amount_refunded: 3_500 }]);
    expect(await balanceOf(shop)).toBe(-1_500);
  });

  it('is one at Stripe, though the worker ends after any of its calls, and keys are forgotten since', async () => {
    // At length (`npm run faults`) while Stripe still knows the keys too.
    for (const isLater of IS_FULL ? [false, true] : [true]) {
      let isOver = false;
      for (let call = 1; !isOver; call++) {
        const shop = await invoiced('paid');
        const note = await issue(shop, 'refund', '10.00');
        let count = 0;
        proxy.fate = (): Fate => (++count < call ? 'pass' : count === call ? 'lose' : 'drop');
        startSender();
        await until(async () => {
          const { attempt, lease_expires_at: lease } = await rowOf(note);
          return attempt > 0 && lease === null;
        });
        await stopSenders();
        isOver = count < call;
        proxy.pass();
        if (isLater) proxy.forgetKeys();
        await hasten(note);
        startSender();
        await until(() => isSent(note));
        expect(await notesOf(shop)).toMatchObject([{ amount: 1_000, refunds: [{ amount_refunded: 1_000 }] }]);
        await stopSenders();
        if (isOver) expect(call).toBeGreaterThan(4);
      }
    }
  });

  it('that was made at Stripe by hand is left no more, and is told apart from ours', async () => {
    const shop = await invoiced('paid');
    const list = `/v1/admin/organizations/${shop.id}/invoices/${shop.invoiceId}/credit-notes`;
    startSender();
    const note = await issue(shop, 'refund', '10.00');
    await until(() => isSent(note));
    await until(async () => (await stripe.events.list({ delivery_success: false })).data.length === 0);
    expect(await invoiceOf(shop)).toMatchObject({ refunded: '10.00' });
    await refundByHand(shop, 500);
    await until(async () => (await invoiceOf(shop)).refunded === '15.00');
    expect((await operator.get(list).expect(200)).body.left).toBe('35.00');
    const { rows } = await owner.query(
      `SELECT after FROM audit_events WHERE tenant_id = $1 AND action = 'invoice.refunded_elsewhere'`,
      [shop.id],
    );
    expect(rows).toEqual([{ after: { amount: '5.00', currency: 'usd' } }]);
  });

  it('of what a bank disputes is left no more, and is left again where that decides for us', async () => {
    const shop = await invoiced('paid', 0, 'pm_card_createDispute');
    const list = `/v1/admin/organizations/${shop.id}/invoices/${shop.invoiceId}/credit-notes`;
    const left = async () => (await operator.get(list).expect(200)).body.left;
    await until(async () => (await invoiceOf(shop)).disputed === '50.00');
    expect(await invoiceOf(shop)).toMatchObject({ status: 'paid', refunded: '0.00' });
    expect(await left()).toBe('0.00');
    const { text } = await operator.get(`/v1/admin/organizations/${shop.id}/invoices.csv`).expect(200);
    expect(
      text
        .trim()
        .split('\n')
        .map((line: string) => line.trim().split(',').at(-1)),
    ).toEqual(['disputed', '50.00']);
    const [paid] = (await stripe.invoicePayments.list({ invoice: shop.atStripe })).data;
    const [dispute] = (await stripe.disputes.list({ payment_intent: paid!.payment.payment_intent as string })).data;
    await stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'winning_evidence' } });
    await until(async () => (await invoiceOf(shop)).disputed === '0.00');
    expect(await left()).toBe('50.00');
    const { rows } = await owner.query(
      `SELECT after ->> 'disputed' AS disputed FROM audit_events WHERE tenant_id = $1 AND action = 'invoice.disputed' ORDER BY ordinal`,
      [shop.id],
    );
    expect(rows.map(({ disputed }) => disputed)).toEqual(['50.00', '0.00']);
  });

  it('that Stripe refuses says why to operators, is asked again, and keeps no other waiting', async () => {
    const [shop, other] = [await invoiced('paid'), await invoiced('paid')];
    await refundByHand(shop);
    // Nobody here has heard of it.
    await owner.query('UPDATE invoices SET refunded_elsewhere_minor = 0 WHERE id = $1', [shop.invoiceId]);
    const [refused, sent] = [await issue(shop, 'refund', '20.00'), await issue(other, 'refund', '20.00')];
    startSender();
    await until(() => isSent(sent));
    await until(async () => (await rowOf(refused)).blocked_reason !== null);
    const { body: list } = await operator.get('/v1/admin/credit-notes?state=blocked&limit=100').expect(200);
    expect(list.data.find(({ id }: { id: string }) => id === refused.id)).toMatchObject({
      collection: 'blocked',
      blockedReason: expect.stringContaining('already been refunded'),
    });
    expect(list.data.some(({ id }: { id: string }) => id === sent.id)).toBe(false);
    const { rows } = await owner.query(
      `SELECT after FROM audit_events WHERE tenant_id = $1 AND action = 'credit_note.blocked'`,
      [shop.id],
    );
    expect(rows).toHaveLength(1);
    expect((await rowOf(refused)).next_attempt_at.getTime()).toBeGreaterThan(Date.now() + 300_000);
    await owner.query(`UPDATE credit_notes SET kind = 'credit' WHERE id = $1`, [refused.id]);
    await hasten(refused);
    await until(() => isSent(refused));
    expect(await rowOf(refused)).toMatchObject({ blocked_reason: null, blocked_since: null });
  });

  it.each([429, 500])('waits where Stripe answers %i', async (status) => {
    const shop = await invoiced('paid');
    const note = await issue(shop, 'refund', '20.00');
    proxy.fate = ({ method }) => (method === 'POST' ? status : 'pass');
    startSender();
    await until(async () => (await rowOf(note)).tries >= 1 && (await rowOf(note)).lease_expires_at === null);
    expect(await rowOf(note)).toMatchObject({ stripe_credit_note_id: null, blocked_reason: null });
    proxy.pass();
    await hasten(note);
    await until(() => isSent(note));
    expect(await notesOf(shop)).toHaveLength(1);
  });
});

it('an invoice that Stripe does not collect has credit notes here alone', async () => {
  const shop = await invoiced('paid');
  await owner.query('UPDATE invoices SET stripe_invoice_id = NULL WHERE id = $1', [shop.invoiceId]);
  const { body } = await operator
    .post(`/v1/admin/organizations/${shop.id}/invoices/${shop.invoiceId}/credit-notes`, {
      kind: 'refund',
      amount: '1.00',
      currency: 'usd',
      reason: REASON,
    })
    .expect(201);
  expect(body.collection).toBe('none');
});
