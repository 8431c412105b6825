import { Problem } from '../../platform/errors/problem.js';

export const addressNotAllowed = (address: string) =>
  new Problem(
    403,
    'address_not_allowed',
    `This API key may not be used from ${address}. Its allowed addresses say where from.`,
  );

export const deploymentsNotFound = () =>
  new Problem(404, 'not_found', 'Not all of the deploymentIds are deployments of this project. Check them.');

export const keyEnded = () =>
  new Problem(409, 'api_key_ended', 'This API key is revoked or has expired and cannot be rotated: make a new one.');

export const scannerKeysUnavailable = () =>
  new Problem(
    503,
    'scanner_keys_unavailable',
    'The keys that sign this report could not be fetched, so it was not looked into: send it again in a minute.',
    { headers: { 'retry-after': '60' } },
  );

export const wrongScannerSignature = () =>
  new Problem(401, 'wrong_signature', 'The signature is not that of a key which the secret scanner publishes.');
