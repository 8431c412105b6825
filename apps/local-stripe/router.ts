import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import qs from 'qs';
import { type Account, newId, realNow } from './account.js';
import { StripeError } from './errors.js';
import { readForm } from './form.js';
import type { Operation } from './operation.js';
import { present } from './present.js';
import type { Answer } from './store.js';

const KEY_KEPT_SECONDS = 24 * 3600;
/** As many as a call may well have: an invoice takes 250 lines. */
const FORM_LIMITS = { arrayLimit: 1000, parameterLimit: 10_000, depth: 10 };

interface Reply {
  status: number;
  body: string;
  isReplayed?: boolean;
}

/** Mounts the operations on the server, behind a key, and answers as Stripe does what is none of them. */
export function addOperations(server: FastifyInstance, account: Account, operations: Operation[]): void {
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, qs.parse(body as string, FORM_LIMITS)),
  );
  server.setErrorHandler((error: Error, _request, reply) => {
    const known = error instanceof StripeError ? error : new StripeError(500, 'api_error', error.message);
    if (known !== error) console.error(error);
    return reply.status(known.status).send(known.toBody());
  });
  server.setNotFoundHandler((request) => {
    const message = `Unrecognized request URL (${request.method}: ${request.url.split('?')[0]}).`;
    throw new StripeError(404, 'invalid_request_error', message);
  });
  for (const each of operations) {
    server.route<{ Params: Record<string, string> }>({
      method: each.method,
      url: each.path,
      handler: async (request, reply) => {
        checkKey(request);
        const requestId = newId('req');
        const { status, body, isReplayed } = answer(account, each, request, requestId);
        const idempotencyKey = request.headers['idempotency-key'];
        if (idempotencyKey) reply.header('idempotency-key', idempotencyKey);
        if (isReplayed) reply.header('idempotent-replayed', 'true');
        return reply.status(status).header('request-id', requestId).type('application/json').send(body);
      },
    });
  }
}

function checkKey(request: FastifyRequest): void {
  const [scheme, value = ''] = (request.headers.authorization ?? '').split(' ');
  const key = scheme === 'Basic' ? Buffer.from(value, 'base64').toString().replace(/:$/, '') : value;
  const refuse = (message: string) => {
    throw new StripeError(401, 'invalid_request_error', message);
  };
  if (!key) refuse('You did not provide an API key: send it as `Authorization: Bearer sk_test_…`.');
  if (!/^(sk|rk)_test_/.test(key))
    refuse(`Invalid API Key provided: ${key.slice(0, 3)}***. This Stripe takes keys that begin with sk_test_.`);
}

function answer(
  account: Account,
  operation: Operation,
  request: FastifyRequest<{ Params: Record<string, string> }>,
  id: string,
): Reply {
  const form = { ...qs.parse(request.url.split('?')[1] ?? '', FORM_LIMITS), ...(request.body as object | undefined) };
  const key = operation.method === 'POST' ? (request.headers['idempotency-key'] as string | undefined) : undefined;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([operation.method, request.url, form]))
    .digest('hex');
  const before = key === undefined ? undefined : account.store.findAnswer(key);
  if (before) return replay(before, fingerprint, key!);
  account.request = { id, idempotency_key: key ?? null };
  const keep = (reply: Reply) => {
    if (key !== undefined) {
      account.store.forgetAnswers(realNow() - KEY_KEPT_SECONDS);
      account.store.keepAnswer(key, { fingerprint, ...reply }, realNow());
    }
    return reply;
  };
  try {
    return account.store.transaction(() => {
      const { expand, ...params } = readForm(operation.params, form) as { expand?: string[] };
      const answered = operation.run(account, params, request.params);
      // The answer of a key is kept with what it did, or neither is.
      return keep({ status: 200, body: JSON.stringify(present(account, answered, expand)) });
    });
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    const reply = { status: error.status, body: JSON.stringify(error.toBody()) };
    return error.isUnbegun ? reply : keep(reply);
  } finally {
    account.request = null;
  }
}

function replay({ fingerprint, status, body }: Answer, wanted: string, key: string): Reply {
  if (fingerprint === wanted) return { status, body, isReplayed: true };
  const message = `Keys for idempotent requests can only be used with the same parameters they were first used with: ${key} was used with others.`;
  throw new StripeError(400, 'idempotency_error', message);
}
