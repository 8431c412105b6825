import type { IncomingMessage } from 'node:http';
import cookie from '@fastify/cookie';
import { StandardSchemaSerializerInterceptor } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Logger } from 'nestjs-pino';
import { BOUNDS } from '../../libs/platform/bounds.js';
import type { Config } from '../../libs/platform/config/config.js';
import { ProblemFilter, sendFrameworkError } from '../../libs/platform/errors/problem.filter.js';
import { Problem } from '../../libs/platform/errors/problem.js';
import { isStream, PIECE_TYPE, UPLOAD_TYPES } from '../../libs/platform/http/body.js';
import { rememberRequest } from '../../libs/platform/http/current-request.js';
import { newId } from '../../libs/platform/http/ids.js';
import { refuseUndecodable, refuseUnstorable } from '../../libs/platform/http/text.js';
import { validationPipe } from '../../libs/platform/http/validation.pipe.js';
import { lifecycle } from '../../libs/platform/telemetry/lifecycle.js';
import { ApiModule } from './api.module.js';
import { serveDocs } from './docs/docs.js';
import { limitKeyCalls } from './key-calls.js';
import { letPagesIn } from './page-calls.js';
import { logRequests } from './request-log.js';
import { setSecurityHeaders } from './security-headers.js';
import { serveWeb } from './web.js';

/** How long a client may take, whoever it is: to send its headers, a body that is not an upload, an upload, and to be silent. */
const HEADERS_MS = 15_000;
const BODY_MS = 20_000;
const UPLOAD_MS = 3_600_000;
const IDLE_MS = 60_000;
const KEEP_ALIVE_MS = 30_000;

/** Bodies that others send us, in sizes that they choose. */
const OF_OTHERS = new Set(['/v1/billing/stripe/webhook', '/v1/leaked-keys/github']);

/** The whole HTTP door, ready to listen. */
export async function createApi(config: Config): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BOUNDS.jsonBytes.most,
    // A user's id may stand in a path, each of its characters in up to twelve.
    routerOptions: { maxParamLength: 12 * BOUNDS.idCharacters.most },
    trustProxy: config.TRUSTED_PROXIES ?? false,
    frameworkErrors: sendFrameworkError,
    genReqId: ({ headers }: IncomingMessage) => acceptRequestId(headers['x-request-id']) ?? newId(),
    // As long as the largest upload may take over a slow line; every other request has less, see below.
    requestTimeout: UPLOAD_MS,
    // A connection on which nothing moves; a stream of events moves every 15 s.
    connectionTimeout: IDLE_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // A call on a connection that lives on is answered while the others finish; then the connection closes.
    return503OnClosing: false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.with(config), adapter, {
    bufferLogs: true,
    rawBody: true,
  });
  app.useLogger(app.get(Logger));
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(validationPipe);
  app.useGlobalInterceptors(new StandardSchemaSerializerInterceptor(app.get(Reflector)));
  const fastify = adapter.getInstance();
  fastify.server.headersTimeout = HEADERS_MS;
  fastify.server.maxConnections = config.KINDRED_CONNECTIONS_MAX;
  fastify.addHook('onRequest', async (request, reply) => {
    if (lifecycle.isDraining) void reply.header('connection', 'close');
    if (takesFile(request)) takeAsFile(request);
    if (!isUpload(request)) limitBody(request);
  });
  // Uploads stay streams, on the routes that bound what they read.
  fastify.addContentTypeParser([...UPLOAD_TYPES, PIECE_TYPE], (request, payload, done) => {
    if (isUpload(request) || takesFile(request)) done(null, payload);
    else done(new Problem(415, 'unsupported_media_type', 'This call takes application/json.'));
  });
  fastify.addContentTypeParser(
    'application/scim+json',
    { parseAs: 'string' },
    fastify.getDefaultJsonParser('error', 'error'),
  );
  fastify.addHook('onRequest', async (request, reply) => {
    if (/^\/(v1|scim)\//.test(request.url)) void reply.header('cache-control', 'no-store');
  });
  fastify.addHook('onRoute', (route) => {
    if (OF_OTHERS.has(route.url)) route.bodyLimit = BOUNDS.stripeEventBytes.most;
    const { bodyBytes } = (route.config ?? {}) as { bodyBytes?: number };
    if (bodyBytes) route.bodyLimit = bodyBytes;
  });
  fastify.addHook('preHandler', rememberRequest);
  fastify.addHook('preValidation', async ({ url, query, params, body }) => {
    refuseUndecodable(url);
    refuseUnstorable(query);
    refuseUnstorable(params);
    // An upload is a stream, whose bytes its import checks.
    if (!isStream(body)) refuseUnstorable(body);
  });
  logRequests(app);
  letPagesIn(app);
  limitKeyCalls(app);
  await app.register(cookie);
  await setSecurityHeaders(app, config);
  serveDocs(app, config);
  await serveWeb(app, config);
  return app;
}

function acceptRequestId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w-]{8,64}$/.test(header) ? header : undefined;
}

function isUpload({ method, headers }: FastifyRequest): boolean {
  const type = typeOf(headers['content-type'] ?? '');
  return method === 'PUT' ? UPLOAD_TYPES.includes(type) : method === 'PATCH' && type === PIECE_TYPE;
}

/** Without its parameters. */
function typeOf(contentType: string): string {
  return contentType.split(';', 1)[0]!.trim();
}

/** Whether the route says of itself that its body is a file. */
function takesFile({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as { takesFile?: boolean }).takesFile === true;
}

/** Its bytes say what a file is, whatever it is called; a form is none. */
function takeAsFile({ headers }: FastifyRequest): void {
  const type = headers['content-type'] ?? '';
  if (/^(multipart\/|application\/x-www-form-urlencoded)/i.test(type))
    throw new Problem(
      415,
      'upload_in_a_form',
      'Send the file itself as the request body, such as by curl -T or --data-binary with "Content-Type: text/csv", and not in a form.',
    );
  if (type !== '' && !UPLOAD_TYPES.includes(typeOf(type))) headers['content-type'] = 'application/octet-stream';
}

/** Ends the connection of a client that takes too long over a body. */
function limitBody({ raw }: FastifyRequest): void {
  const timer = setTimeout(() => raw.complete || raw.socket.destroy(), BODY_MS).unref();
  for (const event of ['end', 'close'] as const) raw.once(event, () => clearTimeout(timer));
}
