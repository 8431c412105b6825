import { dictionary } from '@zxcvbn-ts/language-common';

/** Shorter ones are refused anyway. */
const LENGTH_MIN = 8;

/** The commonest passwords that leaked from other services, in lower case. */
const LEAKED = new Set(dictionary['passwords-common'].filter(({ length }) => length >= LENGTH_MIN));

/** Whether whoever guesses tries this one early, however its letters are cased or its characters are wide. */
export function isLeaked(password: string): boolean {
  return LEAKED.has(password.normalize('NFKC').toLowerCase());
}
