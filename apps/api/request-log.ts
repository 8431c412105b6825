import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Logger } from 'nestjs-pino';
import { ApiKeyStrategy } from '../../libs/features/api-keys/index.js';
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
  const apiKeys = app.get(ApiKeyStrategy);
  const keyOf = async (request: FastifyRequest) =>
    (await apiKeys.validate(request).catch(() => false as const)) || undefined;
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  fastify.addHook('onResponse', async (request: FastifyRequest & WithProblemCode & { user?: Principal }, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const status = reply.statusCode;
    httpDuration.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
    if (PROBES.has(route)) return;
    const durationMs = Math.round(reply.elapsedTime);
    const caller = request.user ?? (isUnread(request, status) ? await keyOf(request) : undefined);
    const key = caller?.kind === 'apiKey' ? caller : undefined;
    if (key) {
      recorder.record({
        tenantId: key.tenantId,
        method: request.method,
        route,
        path: pathOf(request.url),
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
      tenant_id: caller?.tenantId,
      api_key_id: key?.apiKeyId,
    });
  });
}

/** Refused before the guard asked whose call it is: a body that is too large or is no JSON, a path that leads nowhere. */
function isUnread({ problemCode }: WithProblemCode, status: number): boolean {
  return problemCode !== undefined && status >= 400 && status < 500 && status !== 401;
}

/** What was called, without its query. Whom it was about is left out, as an erasure would not find them here. */
function pathOf(url: string): string {
  return url.split('?', 1)[0]!.replaceAll(/(\/users\/)[^/]+/gi, '$1:userId');
}
