import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Logger } from 'nestjs-pino';
import { RequestLogRecorder } from '../../libs/features/request-log/index.js';
import type { Principal } from '../../libs/platform/access/principal.js';
import type { WithProblemCode } from '../../libs/platform/errors/problem.filter.js';
import { httpDuration } from '../../libs/platform/telemetry/metrics.js';

const PROBES = new Set(['/livez', '/readyz', '/metrics']);

/**
 * Puts the request's id on its answer, measures it, and writes one line about it: who, what and how long, never a body or a key.
 * What was called with a key goes to its organization's own log too.
 */
export function logRequests(app: NestFastifyApplication): void {
  const logger = app.get(Logger);
  const recorder = app.get(RequestLogRecorder);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  fastify.addHook('onResponse', async (request: FastifyRequest & WithProblemCode & { user?: Principal }, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const status = reply.statusCode;
    httpDuration.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
    if (PROBES.has(route)) return;
    const durationMs = Math.round(reply.elapsedTime);
    const key = request.user?.kind === 'apiKey' ? request.user : undefined;
    if (key) {
      recorder.record({
        tenantId: key.tenantId,
        method: request.method,
        route,
        status,
        durationMs,
        apiKeyId: key.apiKeyId,
        projectId: key.projectId,
        deploymentId: (request.params as { deploymentId?: string }).deploymentId ?? null,
        requestId: request.id,
        errorCode: request.problemCode ?? null,
      });
    }
    logger.log({
      msg: 'request',
      request_id: request.id,
      method: request.method,
      route,
      status,
      duration_ms: durationMs,
      tenant_id: request.user?.tenantId,
      api_key_id: key?.apiKeyId,
    });
  });
}
