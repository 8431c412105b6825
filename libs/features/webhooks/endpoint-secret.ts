import { randomBytes } from 'node:crypto';
import { decrypt, encrypt } from '../../platform/secrets/secrets.js';

const SECRET_BYTES = 32;

/** As Standard Webhooks writes them. */
export function newEndpointSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** Bound to the endpoint: a row's ciphertext is of no use in another row. */
export function sealSecret(platformSecret: string, endpointId: string, secret: string): Uint8Array<ArrayBuffer> {
  return encrypt(platformSecret, purposeOf(endpointId), secret);
}

/** @throws Error where the platform's secret is not the one that it was sealed under */
export function openSecret(platformSecret: string, endpointId: string, sealed: Uint8Array): string {
  return decrypt(platformSecret, purposeOf(endpointId), sealed);
}

function purposeOf(endpointId: string): string {
  return `webhook-endpoint:${endpointId}`;
}
