import { checksumBase62, randomBase62 } from '../../platform/secrets/secrets.js';

export type ApiKeyMode = 'live' | 'test';

const RANDOM_LENGTH = 30;
const PREFIX_LENGTH = 'kin_live_'.length;
const FORMAT = new RegExp(`^kin_(?:live|test)_[0-9A-Za-z]{${RANDOM_LENGTH + 6}}$`);

/** `kin_live_` or `kin_test_`, 30 random base62 characters (178 bits), and 6 of CRC-32 over all before them. */
export function generateKey(mode: ApiKeyMode): string {
  const body = `kin_${mode}_${randomBase62(RANDOM_LENGTH)}`;
  return body + checksumBase62(body);
}

/** Whether the text can be a key at all: tells garbage and typing errors apart without asking the database. */
export function isWellFormedKey(text: string): boolean {
  return FORMAT.test(text) && checksumBase62(text.slice(0, -6)) === text.slice(-6);
}

/** What lists show of a key. */
export function keyPrefix(key: string): string {
  return key.slice(0, PREFIX_LENGTH + 4);
}
