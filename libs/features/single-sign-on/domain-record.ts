import { Resolver } from 'node:dns/promises';

const TIMEOUT_MS = 2_000;
const TRIES = 2;

export const recordName = (domain: string) => `_kindred.${domain}`;
export const recordValue = (token: string) => `kindred-domain=${token}`;

/** What DNS says where there is no such record; anything else, such as a timeout, says nothing of it. */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Whether DNS has the record by which a domain's owner says that it is this organization's; null where DNS does not answer.
 *
 * @param servers which are asked; those of the machine where absent
 */
export async function findRecord(domain: string, token: string, servers: string[] | undefined) {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (servers) resolver.setServers(servers);
  try {
    // A long record comes in pieces.
    const records = await resolver.resolveTxt(recordName(domain));
    return records.some((pieces) => pieces.join('').trim() === recordValue(token));
  } catch (error) {
    return ABSENT.has((error as NodeJS.ErrnoException).code ?? '') ? false : null;
  }
}
