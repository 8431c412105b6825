import { Problem } from '../../platform/errors/problem.js';
import { printable } from '../../platform/http/text.js';

/** Characters of an origin that an error repeats. */
const ORIGIN_SHOWN = 200;

export const addressNotAllowed = (address: string) =>
  new Problem(
    403,
    'address_not_allowed',
    `This API key may not be used from ${address}. Call from one of its allowed addresses, or make a key that allows this one.`,
  );

/** @param origin null where the call names none, as a program's does */
export const originNotAllowed = (origin: string | null) =>
  new Problem(
    403,
    'origin_not_allowed',
    origin === null
      ? 'A publishable key is for web pages, and this call came from none: it has no Origin header. Call with a secret key from a server.'
      : `This publishable key may not be used on ${printable(origin.slice(0, ORIGIN_SHOWN))}. Use it on one of its allowed origins, or make a key that allows this one.`,
  );

export const deploymentsNotFound = () =>
  new Problem(404, 'not_found', 'Not all of the deploymentIds are deployments of this project. Check them.');

export const keyEnded = () =>
  new Problem(409, 'api_key_ended', 'This API key is revoked or has expired, so it cannot be rotated: make a new one.');

export const scannerKeysUnavailable = () =>
  new Problem(
    503,
    'scanner_keys_unavailable',
    'The keys that sign this report could not be fetched, so the report was not processed: send it again in a minute.',
    { headers: { 'retry-after': '60' } },
  );

export const wrongScannerSignature = () =>
  new Problem(401, 'wrong_signature', 'The signature was not made with a key that the secret scanner publishes.');
