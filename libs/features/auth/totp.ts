import { Secret, TOTP } from 'otpauth';
import { decryptWithAny, encrypt } from '../../platform/secrets/secrets.js';

/** What every authenticator app takes for granted. */
const PERIOD_SECONDS = 30;
const DIGITS = 6;
const SECRET_BYTES = 20;
/** Steps before and after now whose codes are taken, as clocks differ. */
const WINDOW = 1;

/** In base32, as apps want it typed. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** What the QR code says. */
export function totpUri(secret: string, email: string): string {
  return totpOf(secret, email).toString();
}

/** The 30 s since 1970 that the code is of; null for one that is of none near now. */
export function stepOfCode(secret: string, code: string, now: Date): number | null {
  // What is no six digits is compared with nothing: of another length in bytes, it would be an error.
  if (!/^\d{6}$/.test(code)) return null;
  const timestamp = now.getTime();
  const delta = totpOf(secret).validate({ token: code, timestamp, window: WINDOW });
  return delta === null ? null : Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta;
}

/** Bound to the person: a row's ciphertext is of no use in another row. */
export function sealTotpSecret(platformSecret: string, userId: string, secret: string): Uint8Array<ArrayBuffer> {
  return encrypt(platformSecret, purposeOf(userId), secret);
}

/** @throws Error where it was sealed under none of the platform's secrets, today's and perhaps the one before */
export function openTotpSecret(platformSecrets: readonly string[], userId: string, sealed: Uint8Array): string {
  return decryptWithAny(platformSecrets, purposeOf(userId), sealed);
}

function purposeOf(userId: string): string {
  return `totp:${userId}`;
}

function totpOf(secret: string, label = 'Kindred'): TOTP {
  return new TOTP({
    issuer: 'Kindred',
    label,
    secret: Secret.fromBase32(secret),
    digits: DIGITS,
    period: PERIOD_SECONDS,
  });
}
