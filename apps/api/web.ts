import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { newNonce, pagePolicy } from './security-headers.js';

const BUILD = path.resolve('dist/apps/web');
const NOT_PAGES = /^\/(v1|docs|openapi|livez|readyz|metrics|assets)(\/|\.|$)/;
/** The build leaves it in each tag of a script or style, for a nonce to take its place. */
const NONCE_PLACE = 'NONCE_OF_THIS_ANSWER';

/** Serves the built dashboard; every path that is no route of the API is one of its pages. */
export async function serveWeb(app: NestFastifyApplication): Promise<void> {
  const file = path.join(BUILD, 'index.html');
  if (!existsSync(file)) return;
  const page = readFileSync(file, 'utf8');
  const fastify = app.getHttpAdapter().getInstance();
  await app.register(fastifyStatic, {
    root: BUILD,
    wildcard: false,
    index: false,
    globIgnore: ['index.html', '**/*.br'],
    preCompressed: true,
    // Built files carry a hash of their content in their name.
    setHeaders: (reply, served) =>
      reply.header('cache-control', served.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'),
  });
  fastify.addHook('onRequest', async (request, reply) => {
    const route = request.url.split('?', 1)[0]!;
    const isPage = route === '/' || (request.headers.accept?.includes('text/html') && !NOT_PAGES.test(route));
    if (!isPage || !['GET', 'HEAD'].includes(request.method)) return undefined;
    const nonce = newNonce();
    return reply
      .headers({
        'content-type': 'text/html; charset=utf-8',
        // The page names files that a release replaces.
        'cache-control': 'no-cache',
        'content-security-policy': pagePolicy(nonce),
      })
      .send(page.replaceAll(NONCE_PLACE, nonce));
  });
}
