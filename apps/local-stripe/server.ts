import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { Account, type Settings } from './account.js';
import { checkoutOperations } from './checkout.js';
import { addClock } from './clock.js';
import { couponOperations } from './coupons.js';
import { creditGrantOperations } from './credit-grants.js';
import { creditNoteOperations } from './credit-notes.js';
import { customerOperations } from './customers.js';
import { deliver } from './delivery.js';
import { disputeOperations } from './disputes.js';
import { eventOperations } from './events.js';
import { invoiceItemOperations } from './invoice-items.js';
import { invoiceOperations } from './invoices.js';
import { addPages } from './pages.js';
import { paymentMethodOperations } from './payment-methods.js';
import { paymentOperations } from './payments.js';
import { portalOperations } from './portal.js';
import { previewOperations } from './preview.js';
import { priceOperations } from './prices.js';
import { productOperations } from './products.js';
import { refundOperations } from './refunds.js';
import { addOperations } from './router.js';
import { keysOf } from './schedule.js';
import { Store } from './store.js';
import { subscriptionOperations } from './subscriptions.js';
import { TAX_RATES } from './tax.js';
import { runClocks, testClockOperations } from './test-clocks.js';

export interface LocalStripeOptions extends Partial<Settings> {
  /** The SQLite file that keeps everything. */
  file: string;
  port: number;
  /** Where events go, and the secret that they are signed with. */
  webhookUrl: string;
  webhookSecret: string;
}

/** All that can be asked for. */
export const OPERATIONS = [
  ...customerOperations,
  ...productOperations,
  ...priceOperations,
  ...paymentMethodOperations,
  ...paymentOperations,
  ...subscriptionOperations,
  ...invoiceItemOperations,
  ...previewOperations,
  ...invoiceOperations,
  ...refundOperations,
  ...disputeOperations,
  ...creditNoteOperations,
  ...couponOperations,
  ...creditGrantOperations,
  ...checkoutOperations,
  ...portalOperations,
  ...testClockOperations,
  ...eventOperations,
];

/** Serves the local Stripe on 127.0.0.1 until it is closed. */
export async function startLocalStripe({
  file,
  port,
  webhookUrl,
  webhookSecret,
  afterLastRetry = 'cancel',
  taxRates = TAX_RATES,
}: LocalStripeOptions): Promise<FastifyInstance> {
  const store = new Store(file, keysOf);
  const account = new Account(store, { afterLastRetry, taxRates });
  const server = fastify({ forceCloseConnections: true });
  addOperations(server, account, OPERATIONS);
  addPages(server, account);
  addClock(server, account);
  const stops: (() => void | Promise<void>)[] = [];
  server.addHook('onClose', async () => {
    for (const stop of stops) await stop();
    store.close();
  });
  await server.listen({ port, host: '127.0.0.1' });
  account.url = `http://localhost:${(server.server.address() as AddressInfo).port}`;
  stops.push(runClocks(account), deliver(account, webhookUrl, webhookSecret));
  return server;
}
