import { domainToASCII } from 'node:url';
import { z } from 'zod';

/** RFC 5321. */
const CHARACTERS_MAX = 254;
/** What mail servers take without an extension, at a domain as DNS has it; a top domain of another script begins with xn--. */
const EMAIL =
  /^(?!\.)(?!.*\.\.)[a-z0-9!#$%&'*+/=?^_`{|}~.-]{0,63}[a-z0-9!#$%&'*+/=?^_`{|}~-]@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;

/**
 * The one spelling of an address: without regard to case, the domain as DNS has it, which composes (NFC) and maps what only looks
 * different. Before the "@" nothing but ASCII is taken, so that no letter that looks like another, or becomes it in lower case, is it.
 */
function normalizeEmail(text: string): string {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf('@');
  const [local, domain] = [trimmed.slice(0, Math.max(at, 0)), trimmed.slice(at + 1)];
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  return /^[\x00-\x7f]+$/.test(local) ? `${local.toLowerCase()}@${domainToASCII(domain)}` : trimmed;
}

/** An address in its one spelling. */
export const emailSchema = z
  .string()
  .max(CHARACTERS_MAX)
  .overwrite(normalizeEmail)
  .pipe(z.email({ pattern: EMAIL, error: 'must be an email address' }).max(CHARACTERS_MAX))
  .describe('Compared without regard to case');
