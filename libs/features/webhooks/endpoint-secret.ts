import { randomBytes } from 'node:crypto';
import { decryptWithAny, encrypt } from '../../platform/secrets/secrets.js';

const SECRET_BYTES = 32;

/** As Standard Webhooks writes them. */
export function newEndpointSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** Bound to the endpoint: a row's ciphertext is of no use in another row. */
export function sealSecret(platformSecret: string, endpointId: string, secret: string): Uint8Array<ArrayBuffer> {
  return encrypt(platformSecret, purposeOf(endpointId), secret);
}

/** @throws Error where it was sealed under none of the platform's secrets, today's and perhaps the one before */
export function openSecret(platformSecrets: readonly string[], endpointId: string, sealed: Uint8Array): string {
  return decryptWithAny(platformSecrets, purposeOf(endpointId), sealed);
}

function purposeOf(endpointId: string): string {
  return `webhook-endpoint:${endpointId}`;
}
