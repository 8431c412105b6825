import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Logger } from 'nestjs-pino';
import type { Principal } from '../../libs/platform/access/principal.js';
import { httpDuration } from '../../libs/platform/telemetry/metrics.js';

const PROBES = new Set(['/livez', '/readyz', '/metrics']);

/** Puts the request's id on its answer, measures it, and writes one line about it: who, what and how long, never a body or a key. */
export function logRequests(app: NestFastifyApplication): void {
  const logger = app.get(Logger);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  fastify.addHook('onResponse', async (request: FastifyRequest & { user?: Principal }, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const status = reply.statusCode;
    httpDuration.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
    if (PROBES.has(route)) return;
    logger.log({
      msg: 'request',
      request_id: request.id,
      method: request.method,
      route,
      status,
      duration_ms: Math.round(reply.elapsedTime),
      tenant_id: request.user?.tenantId,
      api_key_id: request.user?.kind === 'apiKey' ? request.user.apiKeyId : undefined,
    });
  });
}
