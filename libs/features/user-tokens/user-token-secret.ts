import { decryptWithAny, encrypt, randomBase62 } from '../../platform/secrets/secrets.js';

const KIND = 'kin_sign_';
/** 256 bits and more, as HMAC-SHA-256 asks for. */
const RANDOM_LENGTH = 43;

export function newUserTokenSecret(): string {
  return KIND + randomBase62(RANDOM_LENGTH);
}

/** What lists show of a secret. */
export function userTokenSecretPrefix(secret: string): string {
  return secret.slice(0, KIND.length + 4);
}

/** Bound to its row: a row's ciphertext is of no use in another row. */
export function sealUserTokenSecret(platformSecret: string, id: string, secret: string): Uint8Array<ArrayBuffer> {
  return encrypt(platformSecret, purposeOf(id), secret);
}

/** @throws Error where it was sealed under none of the platform's secrets, today's and perhaps the one before */
export function openUserTokenSecret(platformSecrets: readonly string[], id: string, sealed: Uint8Array): string {
  return decryptWithAny(platformSecrets, purposeOf(id), sealed);
}

function purposeOf(id: string): string {
  return `user-token-secret:${id}`;
}
