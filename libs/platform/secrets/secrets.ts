import { createHash, createHmac, randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Uniformly random base62 text; 30 characters hold 178 bits. */
export function randomBase62(length: number): string {
  return Array.from({ length }, () => BASE62[randomInt(62)]).join('');
}

/** A 256-bit random token, base64url. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

export function sha256(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

/** HMAC-SHA-256 of `text` under a key of its own for each `purpose`, so that no two uses of one secret meet. */
export function hmac(secret: string, purpose: string, text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHmac('sha256', `${purpose}:${secret}`).update(text).digest());
}

/** CRC-32 of `text` in 6 base62 digits: lets a typo or a truncated key be refused without a look-up. */
export function checksumBase62(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < 6; place++) {
    digits = BASE62[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** SHA-256 of the bytes, hexadecimal; computed off the event loop's thread. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
}
