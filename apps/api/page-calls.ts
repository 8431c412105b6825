import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { PageOrigins } from '../../libs/features/api-keys/index.js';

/** The routes that say `OpenToPages`, a test holds the two to each other: by what stands in their paths. */
const ROUTES = [
  { path: /^\/v1\/projects\/([^/?]+)\/interactions(\?|$)/, of: 'project' },
  { path: /^\/v1\/deployments\/([^/?]+)\/recommendations(\?|$)/, of: 'deployment' },
] as const;

/** What a page may send besides a body: nothing that a browser would add by itself, such as a cookie. */
const REQUEST_HEADERS = 'authorization, content-type, idempotency-key, kindred-user-token';
/** What a page may read of an answer. */
const ANSWER_HEADERS = 'ratelimit, ratelimit-policy, retry-after, x-request-id';
/** As long as browsers keep it. Each call is judged by its key again. */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Lets pages of the origins that a project's publishable keys name read the answers to their calls (CORS), on the routes that are open
 * to them and on no other. Before everything that may refuse a call, so that the page can read why.
 */
export function letPagesIn(app: NestFastifyApplication): void {
  const pages = app.get(PageOrigins, { strict: false });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async ({ url, method, headers }, reply) => {
      const route = ROUTES.map(({ path, of }) => ({ of, id: path.exec(url)?.[1] })).find(({ id }) => id);
      if (!route || !['POST', 'OPTIONS'].includes(method)) return undefined;
      void reply.header('vary', 'Origin');
      const { origin } = headers;
      // Where it cannot be found out now, the page tries again later.
      const isAllowed = origin && (await pages.allows(route.of, route.id!, origin).catch(() => false));
      if (isAllowed) allow(reply, origin);
      if (method === 'POST' || !isAllowed || headers['access-control-request-method'] !== 'POST') return undefined;
      return reply
        .status(204)
        .headers({
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': REQUEST_HEADERS,
          'access-control-max-age': String(PREFLIGHT_SECONDS),
        })
        .send();
    });
}

function allow(reply: FastifyReply, origin: string): void {
  void reply.headers({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': ANSWER_HEADERS,
    'cross-origin-resource-policy': 'cross-origin',
  });
}
