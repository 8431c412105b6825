import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { until } from '../factories/until.js';
import { IS_SANDBOX } from './checked-stripe.js';

const SECRET = 'whsec_of_the_delivery';

let folder: string;
let hook: http.Server;
/** What the webhook answers next, and what came to it. */
let answers: number[];
let came: Stripe.Event[];
let running: FastifyInstance[];
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kindred-stripe-'));
  [answers, came, running] = [[], [], []];
  hook = http.createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    came.push(new Stripe('sk_test_none').webhooks.constructEvent(body, request.headers['stripe-signature']!, SECRET));
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const server of running) await server.close();
  hook.close();
  rmSync(folder, { recursive: true });
});

async function start(file = path.join(folder, 'stripe.db')): Promise<{ stripe: Stripe; server: FastifyInstance }> {
  const webhookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  const server = await startLocalStripe({ file, port: 0, webhookUrl, webhookSecret: SECRET });
  running.push(server);
  const { port } = server.server.address() as AddressInfo;
  return { server, stripe: new Stripe('sk_test_none', { host: '127.0.0.1', port, protocol: 'http' }) };
}

describe.skipIf(IS_SANDBOX)('events', () => {
  it('come signed and in order, and can be listed', async () => {
    const { stripe } = await start();
    for (const name of ['A', 'B', 'C']) await stripe.customers.create({ name });
    await until(() => came.length === 3);
    expect(came.map(({ data }) => (data.object as Stripe.Customer).name)).toEqual(['A', 'B', 'C']);
    const { data } = await stripe.events.list({ type: 'customer.*' });
    expect(data.map(({ id }) => id)).toEqual(came.map(({ id }) => id).reverse());
    await until(async () => (await stripe.events.retrieve(came[0]!.id)).pending_webhooks === 0);
    expect(came[0]!.request!.id).toMatch(/^req_/);
  });

  it('that are not taken come again, and hold up none after them', async () => {
    const { stripe } = await start();
    answers = [500];
    const { id } = await stripe.customers.create({ name: 'A' });
    await stripe.customers.create({ name: 'B' });
    await until(() => came.length === 3);
    expect(came.map(({ data }) => (data.object as Stripe.Customer).name)).toEqual(['A', 'B', 'A']);
    expect(came[2]).toEqual(came[0]);
    expect((came[0]!.data.object as Stripe.Customer).id).toBe(id);
  });

  it('that were not taken are sent after a restart', async () => {
    const { stripe, server } = await start();
    answers = [500];
    await stripe.customers.create({ name: 'A' });
    await until(() => came.length === 1);
    await server.close();
    await start();
    await until(() => came.length === 2);
    expect(came[1]!.id).toBe(came[0]!.id);
  });
});

describe.skipIf(IS_SANDBOX)('a process that is killed', () => {
  it('leaves every answered call, and a clock that was advancing goes on', async () => {
    const { stripe } = await start();
    const { id: clock } = await stripe.testHelpers.testClocks.create({ frozen_time: Date.UTC(2027, 3, 1) / 1000 });
    const { id } = await stripe.customers.create({ name: 'Shop', test_clock: clock });
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: id });
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 1000,
      recurring: { interval: 'day' },
      product_data: { name: 'Daily' },
    });
    const made = await stripe.subscriptions.create({
      customer: id,
      items: [{ price: price.id }],
      default_payment_method: card.id,
    });
    await stripe.testHelpers.testClocks.advance(clock, { frozen_time: Date.UTC(2027, 3, 3) / 1000 });
    // What lies on the disk at this moment is what a killed process leaves.
    const copy = path.join(folder, 'copy.db');
    for (const end of ['', '-wal']) {
      if (existsSync(path.join(folder, `stripe.db${end}`)))
        copyFileSync(path.join(folder, `stripe.db${end}`), `${copy}${end}`);
    }
    const after = (await start(copy)).stripe;
    expect(await after.customers.retrieve(id)).toMatchObject({ name: 'Shop' });
    await until(async () => (await after.testHelpers.testClocks.retrieve(clock)).status === 'ready');
    const { data } = await after.invoices.list({ customer: id });
    expect(data.map(({ status, total }) => [status, total])).toEqual([
      ['draft', 1000],
      ['paid', 1000],
      ['paid', 1000],
    ]);
    expect((await after.subscriptions.retrieve(made.id)).status).toBe('active');
  });
});
