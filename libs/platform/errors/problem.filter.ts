import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/** The code of the problem that a request was answered with, for the request log. */
export type WithProblemCode = { problemCode?: string };

const SCIM_ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** Turns whatever a route throws into `application/problem+json`, or what SCIM has in its place; the unexpected is logged and its text kept back. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = toProblem(error);
    if (problem.status >= 500) this.logger.error({ msg: 'request failed', request_id: request.id, err: error });
    if (!reply.sent && !reply.raw.headersSent) sendProblem(problem, request, reply);
  }
}

/** For errors that come before any route: a path that cannot be decoded, an id too long for the router. */
export function sendFrameworkError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(toProblem(error), request, reply);
}

function sendProblem(problem: Problem, request: FastifyRequest & WithProblemCode, reply: FastifyReply): void {
  const { status, code, message, errors, methods, headers } = problem;
  request.problemCode = code;
  if (request.url.startsWith('/scim/')) return sendScimError(problem, reply);
  const title = STATUS_CODES[status] ?? 'Error';
  void reply
    .status(status)
    .headers({ ...headers, 'content-type': 'application/problem+json; charset=utf-8' })
    .send({ type: 'about:blank', title, status, code, detail: message, requestId: request.id, errors, methods });
}

/** RFC 7644, 3.12. */
function sendScimError({ status, message, scimType, headers }: Problem, reply: FastifyReply): void {
  const kind = scimType ?? (status === 400 ? 'invalidSyntax' : undefined);
  void reply
    .status(status)
    .headers({ ...headers, 'content-type': 'application/scim+json; charset=utf-8' })
    .send({ schemas: [SCIM_ERROR], status: String(status), scimType: kind, detail: message });
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HttpException) return new Problem(error.getStatus(), codeOf(error.getStatus()), error.message);
  // Fastify's own errors (a body that is too large or is not JSON) carry the status that they deserve. Another library's
  // may too, such as Stripe's 401 for our key, which says nothing to our caller.
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  const isFastifys = typeof code === 'string' && code.startsWith('FST_');
  if (isFastifys && typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new Problem(statusCode, codeOf(statusCode), (error as Error).message);
  }
  if (isUnstorable(error)) {
    return new Problem(400, 'invalid_request', 'A value of the request is out of the range that can be stored.');
  }
  if (isStripes(error)) {
    return new Problem(
      503,
      'payments_unavailable',
      'The payment provider did not complete the request. You were not charged: try again shortly.',
    );
  }
  if (isDatabaseDown(error)) {
    return new Problem(
      503,
      'database_unavailable',
      'The database is not answering or is overloaded: try again shortly.',
    );
  }
  return new Problem(
    500,
    'internal_error',
    'An internal error occurred. If it happens again, give the request id to support.',
  );
}

function codeOf(status: number): string {
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replace(/[^a-z]+/g, '_');
}

/** What stripe-node throws names its kind; its text is about our account, not about our caller's. */
function isStripes(error: unknown): boolean {
  const { type } = (error ?? {}) as { type?: unknown };
  return error instanceof Error && typeof type === 'string' && type.startsWith('Stripe');
}

/**
 * Refused, dropped and unavailable connections; Postgres's classes 08 (connection), 53 (resources), 57P (shutting down), 57014 and
 * 55P03 (a statement or its wait for a lock took too long), 25P03 (a transaction was idle).
 */
function isDatabaseDown(error: unknown): boolean {
  return causesOf(error).some(
    ({ code, originalCode, message = '' }) =>
      [code, originalCode].some((each) => typeof each === 'string' && DOWN.test(each)) ||
      (code === 'P2010' && /Code: `(57|55P03|25P03)/.test(message)) ||
      /Connection terminated|server closed the connection|timeout exceeded when trying to connect/.test(message),
  );
}

const DOWN =
  /^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|P1001|P1008|P1017|P2024|P2028|08|53|57P|57014|55P03|25P03)/;

interface Cause {
  code?: unknown;
  /** Postgres's, in the errors of Prisma's adapter, which are no `Error`. */
  originalCode?: unknown;
  message?: string;
  cause?: Cause;
  meta?: { driverAdapterError?: Cause };
}

/** The error, and what it says that it comes of. */
function causesOf(error: unknown): Cause[] {
  const causes: Cause[] = [];
  let cause = error as Cause | undefined;
  while (typeof cause === 'object' && cause !== null && !causes.includes(cause)) {
    causes.push(cause);
    cause = cause.cause ?? cause.meta?.driverAdapterError;
  }
  return causes;
}

/** Postgres's class 22, data exceptions: the caller sent what a column cannot hold. A net beneath the schemas. */
function isUnstorable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, message } = cause as Error & { code?: unknown };
    if (typeof code === 'string' && /^(22[0-9A-Z]{3}|P2000|P2020)$/.test(code)) return true;
    if (code === 'P2010' && /Code: `22[0-9A-Z]{3}`/.test(message)) return true;
  }
  return false;
}
