import Stripe from 'stripe';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { OPERATIONS } from '../../apps/local-stripe/server.js';
import { type JsonSchema, StripeSchemas } from './schemas.js';

const schemas = new StripeSchemas();

/** Which method of stripe-node asks for which path: by calling each, with a client that only writes down where it would go. */
async function pathsOf(): Promise<Map<string, string>> {
  const asked: string[] = [];
  class Noting extends Stripe.HttpClient {
    override getClientName = () => 'noting';
    override makeRequest(_host: string, _port: string | number, path: string, method: string): Promise<never> {
      asked.push(`${method} ${path.split('?')[0]}`);
      return Promise.reject(new Error('noted'));
    }
  }
  const stripe = new Stripe('sk_test_none', { httpClient: new Noting(), maxNetworkRetries: 0 });
  const found = new Map<string, string>();
  const visit = async (owner: object, names: string[]): Promise<void> => {
    for (const [name, value] of Object.entries(owner)) {
      if (name.startsWith('_') || value === null || typeof value !== 'object' || names.length > 1) continue;
      const proto = Object.getPrototypeOf(value) as object | null;
      for (const method of Object.getOwnPropertyNames(proto ?? {})) {
        const full = [...names, name, method].join('.');
        const ids = schemas.idsOf(full);
        if (ids === undefined) continue;
        const call = (value as Record<string, (...args: string[]) => unknown>)[method]!;
        const args = Array.from({ length: ids }, () => 'ID');
        await Promise.resolve()
          .then(() => call.apply(value, args))
          .catch(() => null);
        const last = asked.pop();
        if (last) found.set(last, full);
      }
      await visit(value as object, [...names, name]);
    }
  };
  await visit(stripe, []);
  return found;
}

it('every operation is one of Stripe’s, and every parameter that it takes is one that Stripe takes', async () => {
  const methods = await pathsOf();
  const wrong = OPERATIONS.flatMap(({ method, path, params }) => {
    const name = methods.get(`${method} ${path.replace(/:\w+/g, 'ID')}`);
    if (!name) return [`${method} ${path} is none of stripe-node’s`];
    const { expand: _, ...taken } = params.shape;
    const schema = z.toJSONSchema(z.object(taken), { io: 'input', unrepresentable: 'any' }) as JsonSchema;
    return schemas.unknownParams(name, schema).map((unknown) => `${name} takes no ${unknown}`);
  });
  expect(wrong).toEqual([]);
});
