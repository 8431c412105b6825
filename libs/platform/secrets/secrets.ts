import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  randomInt,
} from 'node:crypto';
import { crc32 } from 'node:zlib';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
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

/** By which a secret is told from another, and from which it cannot be learnt. */
export function secretName(secret: string): string {
  return Buffer.from(hmac(secret, 'name', ''))
    .toString('hex')
    .slice(0, 12);
}

/**
 * AES-256-GCM of `text` under a key of its own for each `purpose`: what was encrypted for one cannot be passed off as another.
 *
 * @returns nonce, authentication tag and ciphertext
 */
export function encrypt(secret: string, purpose: string, text: string): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, encryptionKey(secret, purpose), nonce);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), sealed]));
}

/** @throws Error where the bytes were altered, or encrypted with another secret or for another purpose */
export function decrypt(secret: string, purpose: string, bytes: Uint8Array): string {
  const tagEnd = NONCE_BYTES + TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, encryptionKey(secret, purpose), bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, tagEnd));
  return Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()]).toString('utf8');
}

/**
 * As {@link decrypt}, with whichever of the secrets it was encrypted.
 *
 * @param secrets of the platform, today's and perhaps the one before
 * @throws Error where it was none of them
 */
export function decryptWithAny(secrets: readonly string[], purpose: string, bytes: Uint8Array): string {
  const [first, ...others] = secrets;
  try {
    return decrypt(first!, purpose, bytes);
  } catch (error) {
    if (others.length === 0) throw error;
    return decryptWithAny(others, purpose, bytes);
  }
}

function encryptionKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `encryption:${purpose}`, 32));
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
