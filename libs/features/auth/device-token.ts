import { timingSafeEqual } from 'node:crypto';
import { hmac, randomToken } from '../../platform/secrets/secrets.js';

/** For a browser that has signed in to nothing yet: it has a name, and proves nothing. */
export function unknownDevice(): string {
  return `${randomToken()}.`;
}

/**
 * Proves that this browser has signed in to the account before; it opens nothing and needs no row.
 *
 * @param before what the browser showed, whose name it keeps, so that many accounts of one browser are known for that
 */
export function newDevice(secret: string, userId: string, before?: string): string {
  const device = (before && deviceNameOf(before)) ?? randomToken();
  return `${device}.${sign(secret, userId, device).toString('base64url')}`;
}

/** The browser's name, whoever has given it; null for what is none. */
export function deviceNameOf(token: string): string | null {
  return /^[\w-]{43}(?=\.)/.exec(token)?.[0] ?? null;
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
