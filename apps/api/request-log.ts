import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Logger } from 'nestjs-pino';
import { ApiKeyStrategy } from '../../libs/features/api-keys/index.js';
import { RequestLogRecorder } from '../../libs/features/request-log/index.js';
import type { Principal } from '../../libs/platform/access/principal.js';
import type { WithProblemCode } from '../../libs/platform/errors/problem.filter.js';
import type { WithLogNote } from '../../libs/platform/http/current-request.js';
import { NIL_ID } from '../../libs/platform/http/ids.js';
import { httpDuration } from '../../libs/platform/telemetry/metrics.js';

const PROBES = new Set(['/livez', '/readyz', '/metrics']);

/**
 * Puts the request's id on its answer, measures it, and writes one line about it: who, what and how long, never a body or a key.
 * What was called with a key goes to its organization's own log too, and so does what a person asked of a deployment.
 */
export function logRequests(app: NestFastifyApplication): void {
  const logger = app.get(Logger);
  const recorder = app.get(RequestLogRecorder);
  const apiKeys = app.get(ApiKeyStrategy);
  const keyOf = async (request: FastifyRequest) =>
    (await apiKeys.validate(request).catch(() => false as const)) || undefined;
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  fastify.addHook(
    'onResponse',
    async (request: FastifyRequest & WithProblemCode & WithLogNote & { user?: Principal }, reply) => {
      const route = request.routeOptions.url ?? 'none';
      const status = reply.statusCode;
      httpDuration.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
      if (PROBES.has(route)) return;
      const durationMs = Math.round(reply.elapsedTime);
      // The guards have not seen a body that is too large or is no JSON, nor a path that leads nowhere.
      const caller = request.user ?? (await keyOf(request));
      const key = caller?.kind === 'apiKey' ? caller : undefined;
      const projectId = key?.projectId ?? request.logNote?.projectId;
      if (caller && projectId) {
        recorder.record({
          tenantId: caller.tenantId,
          method: request.method,
          route,
          path: pathOf(request.url),
          status,
          durationMs,
          apiKeyId: key?.apiKeyId ?? NIL_ID,
          projectId,
          deploymentId: (request.params as { deploymentId?: string }).deploymentId ?? null,
          requestId: request.id,
          errorCode: request.problemCode ?? null,
          fallbackReason: request.logNote?.fallbackReason ?? null,
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
    },
  );
}

/** What was called, without its query. Whom it was about is left out, as an erasure would not find them here. */
function pathOf(url: string): string {
  return url.split('?', 1)[0]!.replaceAll(/(\/users\/)[^/]+/gi, '$1:userId');
}
