import { decrypt, encrypt } from '../../platform/secrets/secrets.js';

/** Bound to the organization: a row's ciphertext is of no use in another row. */
export function sealClientSecret(
  platformSecret: string,
  tenantId: string,
  clientSecret: string,
): Uint8Array<ArrayBuffer> {
  return encrypt(platformSecret, purposeOf(tenantId), clientSecret);
}

/** @throws Error where it was sealed under none of the platform's secrets, today's and perhaps the one before */
export function openClientSecret(platformSecrets: readonly string[], tenantId: string, sealed: Uint8Array): string {
  const [first, ...others] = platformSecrets;
  try {
    return decrypt(first!, purposeOf(tenantId), sealed);
  } catch (error) {
    if (others.length === 0) throw error;
    return openClientSecret(others, tenantId, sealed);
  }
}

function purposeOf(tenantId: string): string {
  return `single-sign-on:${tenantId}`;
}
