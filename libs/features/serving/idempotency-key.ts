import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem } from '../../platform/errors/problem.js';

/**
 * The id that a caller gives a call, so that its retries count once.
 *
 * @throws Problem 400 where it is no UUIDv7
 */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  if (header === undefined) return undefined;
  const key = z.uuidv7().safeParse(String(header).toLowerCase());
  if (key.success) return key.data;
  throw new Problem(
    400,
    'invalid_idempotency_key',
    'Idempotency-Key must be a UUIDv7: make a new one for each call, and send the same one with its retries.',
  );
});

export const idempotencyKeyTooOld = () =>
  new Problem(
    400,
    'invalid_idempotency_key',
    'The time in the Idempotency-Key is more than a day from now. Make a new one for each call.',
  );

export const idempotencyKeyReused = () =>
  new Problem(
    409,
    'idempotency_key_reused',
    'This Idempotency-Key was already sent with another call, so nothing was answered or metered. Make a new one for each call.',
  );
