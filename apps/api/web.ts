import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const BUILD = path.resolve('dist/apps/web');
const NOT_PAGES = /^\/(v1|docs|openapi|livez|readyz|metrics|assets)(\/|\.|\?|$)/;

/** Serves the built dashboard; every path that is no route of the API is one of its pages. */
export async function serveWeb(app: NestFastifyApplication): Promise<void> {
  if (!existsSync(path.join(BUILD, 'index.html'))) return;
  const fastify = app.getHttpAdapter().getInstance();
  await app.register(fastifyStatic, {
    root: BUILD,
    wildcard: false,
    // Built files carry a hash of their content in their name; the page that names them must be fresh.
    setHeaders: (reply, file) =>
      reply.header('cache-control', file.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'),
  });
  fastify.addHook('onRequest', async (request, reply) => {
    const wantsPage = request.method === 'GET' && request.headers.accept?.includes('text/html');
    if (wantsPage && request.url !== '/' && !NOT_PAGES.test(request.url)) return reply.sendFile('index.html');
  });
}
