import { z } from 'zod';
import { Problem } from '../../platform/errors/problem.js';

/**
 * The id that a caller gives a call, so that its retries count once.
 *
 * @throws Problem 400 where it is no UUIDv7
 */
export function parseIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = z.uuidv7().safeParse(header.toLowerCase());
  if (key.success) return key.data;
  throw new Problem(
    400,
    'invalid_idempotency_key',
    'Idempotency-Key must be a UUIDv7, made anew for each call and sent again with its retries.',
  );
}

export const idempotencyKeyTooOld = () =>
  new Problem(
    400,
    'invalid_idempotency_key',
    'The time in the Idempotency-Key is more than a day from now. Make one anew for each call.',
  );

export const idempotencyKeyReused = () =>
  new Problem(
    409,
    'idempotency_key_reused',
    'This Idempotency-Key was sent with another call. Make one anew for each call; nothing was metered.',
  );
