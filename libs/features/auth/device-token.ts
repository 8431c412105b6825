import { timingSafeEqual } from 'node:crypto';
import { hmac, randomToken } from '../../platform/secrets/secrets.js';

/** Proves that this browser has signed in to the account before; it opens nothing and needs no row. */
export function newDevice(secret: string, userId: string): string {
  const device = randomToken();
  return `${device}.${sign(secret, userId, device).toString('base64url')}`;
}

/** The browser's name; null for a token that was not made for this account. */
export function readDevice(secret: string, userId: string, token: string): string | null {
  const [device, signature] = token.split('.', 2);
  if (!device || !signature) return null;
  const [given, wanted] = [Buffer.from(signature, 'base64url'), sign(secret, userId, device)];
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? device : null;
}

function sign(secret: string, userId: string, device: string): Buffer {
  return Buffer.from(hmac(secret, 'device', `${userId}/${device}`));
}
