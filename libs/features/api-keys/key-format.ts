import { checksumBase62, randomBase62 } from '../../platform/secrets/secrets.js';

const PREFIX = 'kin_live_';
const RANDOM_LENGTH = 30;
const FORMAT = new RegExp(`^${PREFIX}[0-9A-Za-z]{${RANDOM_LENGTH + 6}}$`);

/** `kin_live_`, 30 random base62 characters (178 bits), and 6 of CRC-32 over all before them. */
export function generateKey(): string {
  const body = PREFIX + randomBase62(RANDOM_LENGTH);
  return body + checksumBase62(body);
}

/** Whether the text can be a key at all: tells garbage and typing errors apart without asking the database. */
export function isWellFormedKey(text: string): boolean {
  return FORMAT.test(text) && checksumBase62(text.slice(0, -6)) === text.slice(-6);
}

/** What lists show of a key. */
export function keyPrefix(key: string): string {
  return key.slice(0, PREFIX.length + 4);
}
