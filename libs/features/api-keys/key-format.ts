import { checksumBase62, randomBase62 } from '../../platform/secrets/secrets.js';

export type ApiKeyMode = 'live' | 'test';
export type ApiKeyKind = 'secret' | 'publishable';

const RANDOM_LENGTH = 30;
const PUBLISHABLE = 'kin_pub_';
const FORMAT = new RegExp(`^kin_(?:live|test|pub)_[0-9A-Za-z]{${RANDOM_LENGTH + 6}}$`);

/** `kin_live_`, `kin_test_` or `kin_pub_`, 30 random base62 characters (178 bits), and 6 of CRC-32 over all before them. */
export function generateKey(mode: ApiKeyMode, kind: ApiKeyKind = 'secret'): string {
  const body = `${kind === 'publishable' ? PUBLISHABLE : `kin_${mode}_`}${randomBase62(RANDOM_LENGTH)}`;
  return body + checksumBase62(body);
}

/** Whether the text can be a key at all: tells garbage and typing errors apart without asking the database. */
export function isWellFormedKey(text: string): boolean {
  return FORMAT.test(text) && checksumBase62(text.slice(0, -6)) === text.slice(-6);
}

/** Whether it is of those that stand in pages for everybody to read. */
export function isPublishableKey(text: string): boolean {
  return text.startsWith(PUBLISHABLE);
}

/** What lists show of a key. */
export function keyPrefix(key: string): string {
  return key.slice(0, key.lastIndexOf('_') + 5);
}
