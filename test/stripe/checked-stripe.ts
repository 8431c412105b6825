import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Stripe from 'stripe';
import { type LocalStripeOptions, startLocalStripe } from '../../apps/local-stripe/server.js';
import { StripeSchemas } from './schemas.js';

const SANDBOX_KEY = process.env['STRIPE_SECRET_KEY']?.startsWith('sk_test_')
  ? process.env['STRIPE_SECRET_KEY']
  : undefined;

/** Whether the tests speak with Stripe's sandbox, where what only a local one can do is left out. */
export const IS_SANDBOX = SANDBOX_KEY !== undefined;
export const WEBHOOK_SECRET = 'whsec_of_the_contract';

let schemas: StripeSchemas | undefined;

/** A client that holds each request and each answer to stripe-node's own types. */
export function checked(stripe: Stripe): Stripe {
  schemas ??= new StripeSchemas();
  return wrap(stripe, [], schemas) as Stripe;
}

export interface StripeUnderTest {
  stripe: Stripe;
  url: string;
  /** What came at the webhook, each held to its type. */
  events: Stripe.Event[];
  close(): Promise<void>;
}

/** Stripe as the tests see it: the local one on a port of its own, or the sandbox where STRIPE_SECRET_KEY names one. */
export async function startStripe(options: Partial<LocalStripeOptions> = {}): Promise<StripeUnderTest> {
  if (SANDBOX_KEY) return { stripe: checked(new Stripe(SANDBOX_KEY)), url: '', events: [], close: async () => {} };
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-stripe-'));
  const events: Stripe.Event[] = [];
  const verifier = new Stripe('sk_test_none');
  const hook = http.createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    events.push(verifier.webhooks.constructEvent(body, request.headers['stripe-signature']!, WEBHOOK_SECRET));
    response.end();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const { port: hookPort } = hook.address() as AddressInfo;
  const server = await startLocalStripe({
    file: path.join(folder, 'stripe.db'),
    port: 0,
    webhookUrl: `http://127.0.0.1:${hookPort}/`,
    webhookSecret: WEBHOOK_SECRET,
    ...options,
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    stripe: checked(
      new Stripe('sk_test_contract', { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0 }),
    ),
    url: `http://127.0.0.1:${port}`,
    events,
    close: async () => {
      await server.close();
      hook.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Each event of the last days that is not as its type says. */
export async function wrongEvents(stripe: Stripe): Promise<string[]> {
  const events = await stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  return [...new Set(events.flatMap((event) => schemas!.wrongEvent(event).map((wrong) => `${event.type}: ${wrong}`)))];
}

function wrap(target: object, names: string[], known: StripeSchemas): object {
  return new Proxy(target, {
    get(object, name) {
      const value = Reflect.get(object, name, object) as unknown;
      if (typeof name !== 'string' || value === null) return value;
      if (typeof value === 'function') {
        return names.length > 0 && names[0] !== 'webhooks'
          ? call(object, value as Method, [...names, name].join('.'), known)
          : value;
      }
      return typeof value === 'object' && !name.startsWith('_') ? wrap(value, [...names, name], known) : value;
    },
  });
}

type Method = (...args: unknown[]) => Promise<unknown>;

function call(owner: object, method: Method, name: string, known: StripeSchemas): Method {
  return (...args) => {
    const params = args.find((each) => each !== null && typeof each === 'object' && !isOptions(each));
    if (params) refuse(`the request of ${name}`, known.wrongParams(name, params));
    const answer = method.apply(owner, args);
    const isChecked = answer.then((value) => {
      refuse(`the answer of ${name}`, known.wrongAnswer(name, value));
      return value;
    });
    // A list can also be walked, which the plain promise cannot.
    return Object.assign(isChecked, {
      autoPagingToArray: (options: object) =>
        (answer as unknown as { autoPagingToArray(o: object): Promise<unknown[]> }).autoPagingToArray(options),
    });
  };
}

const isOptions = (each: object) => ['idempotencyKey', 'apiKey', 'maxNetworkRetries'].some((name) => name in each);

function refuse(what: string, wrong: string[]): void {
  if (wrong.length > 0) throw new Error(`${what} is not as stripe-node's types say:\n  ${wrong.join('\n  ')}`);
}
