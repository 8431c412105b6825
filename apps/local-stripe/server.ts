import fastify, { type FastifyInstance } from 'fastify';
import qs from 'qs';
import Stripe from 'stripe';
import { LocalStripe, StripeError } from './local-stripe.js';
import { Store } from './store.js';

const RETRY_MS = 1_000;

export interface LocalStripeOptions {
  /** JSON file that keeps everything. */
  file: string;
  port: number;
  /** Where events go, and the secret that they are signed with. */
  webhookUrl: string;
  webhookSecret: string;
}

/** Serves the local Stripe on 127.0.0.1 until it is closed. */
export async function startLocalStripe({
  file,
  port,
  webhookUrl,
  webhookSecret,
}: LocalStripeOptions): Promise<FastifyInstance> {
  const store = new Store(file);
  const stripe = new LocalStripe(store, `http://localhost:${port}`);
  const server = fastify();
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, qs.parse(body as string)),
  );
  server.setErrorHandler((error: Error, _request, reply) => {
    const { status, type } = error instanceof StripeError ? error : { status: 500, type: 'api_error' };
    return reply.status(status).send({ error: { type, message: error.message } });
  });
  addApi(server, store, stripe);
  addPaymentPage(server, stripe);
  const stopDelivery = deliver(store, webhookUrl, webhookSecret);
  server.addHook('onClose', async () => stopDelivery());
  await server.listen({ port, host: '127.0.0.1' });
  return server;
}

function addApi(server: FastifyInstance, store: Store, stripe: LocalStripe): void {
  type Body = Record<string, unknown>;
  type WithId = { Params: { id: string } };
  /** The same idempotency key gets the first answer again. */
  const once = (request: { headers: Record<string, unknown> }, act: () => unknown) => {
    const key = request.headers['idempotency-key'] as string | undefined;
    if (!key) return act();
    store.state.answers[key] ??= act();
    store.save();
    return store.state.answers[key];
  };
  server.post<{ Body: Body }>('/v1/customers', async (request) =>
    once(request, () => stripe.createCustomer(request.body ?? {})),
  );
  server.get<WithId>('/v1/customers/:id', async ({ params }) => stripe.find('customers', params.id));
  server.post<{ Body: Body }>('/v1/prices', async (request) => once(request, () => stripe.createPrice(request.body)));
  server.get('/v1/prices', async ({ url }) => stripe.listPrices(qs.parse(url.split('?')[1] ?? '')));
  server.post<{ Body: Body }>('/v1/checkout/sessions', async (request) =>
    once(request, () => stripe.createSession(request.body)),
  );
  server.get<WithId>('/v1/checkout/sessions/:id', async ({ params }) => stripe.find('sessions', params.id));
  server.get('/v1/subscriptions', async ({ url }) => stripe.listSubscriptions(qs.parse(url.split('?')[1] ?? '')));
  server.get<WithId>('/v1/subscriptions/:id', async ({ params }) => stripe.find('subscriptions', params.id));
  server.get<WithId>('/v1/invoices/:id', async ({ params }) => stripe.find('invoices', params.id));
  server.delete<WithId>('/v1/subscriptions/:id', async ({ params }) => stripe.cancelSubscription(params.id));
}

function addPaymentPage(server: FastifyInstance, stripe: LocalStripe): void {
  server.get<{ Params: { id: string } }>('/pay/:id', async ({ params }, reply) => {
    const session = stripe.find('sessions', params.id);
    return reply.type('text/html; charset=utf-8').send(paymentPage(session));
  });
  server.post<{ Params: { id: string } }>('/pay/:id', async ({ params }, reply) => {
    const session = stripe.pay(params.id);
    return reply.redirect(session.success_url!, 303);
  });
  server.get<{ Params: { id: string } }>('/invoice/:id', async ({ params }, reply) =>
    reply.type('text/html; charset=utf-8').send(invoicePage(stripe.find('invoices', params.id))),
  );
}

function invoicePage({ number, status, total, currency }: Stripe.Invoice): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Local Stripe: invoice ${number}</title>
<h1>Invoice ${number}: ${formatAmount(total, currency)}, ${status}</h1></html>`;
}

function formatAmount(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits!);
}

function paymentPage(session: Stripe.Checkout.Session): string {
  const amount = formatAmount(session.amount_total!, session.currency!);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Local Stripe: checkout</title>
<style>body{font:16px system-ui;margin:10vh auto;max-width:24rem;padding:0 1rem}button{font:inherit;padding:.75rem 1.5rem;
background:#4338ca;color:#fff;border:0;border-radius:.5rem;cursor:pointer}p.note{color:#555}</style>
<h1>${amount} a month</h1>
<p class="note">This is the local Stripe, for trying out: no card is asked for and no money moves.</p>
<form method="post"><button>Pay ${amount}</button></form>
<p><a href="${encodeURI(session.cancel_url ?? '#')}">Go back without paying</a></p></html>`;
}

/** Sends each event, in order, until it is taken; survives restarts of either side. */
function deliver(store: Store, url: string, secret: string): () => void {
  const signer = new Stripe('sk_test_local');
  let isStopped = false;
  const loop = async () => {
    while (!isStopped) {
      const event = store.state.outbox[0];
      if (event && (await send(event))) {
        store.state.outbox.shift();
        store.save();
      } else await new Promise((resolve) => setTimeout(resolve, event ? RETRY_MS : RETRY_MS / 10));
    }
  };
  const send = async (event: Stripe.Event): Promise<boolean> => {
    const payload = JSON.stringify(event);
    const signature = await signer.webhooks.generateTestHeaderStringAsync({ payload, secret });
    const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
    return fetch(url, { method: 'POST', headers, body: payload, signal: AbortSignal.timeout(30_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  };
  void loop();
  return () => {
    isStopped = true;
  };
}
