import { hash } from '@node-rs/argon2';
import { audit } from '../../libs/platform/audit/audit.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import type { Config } from '../../libs/platform/config/config.js';
import type { Database } from '../../libs/platform/database/database.js';
import { emailSchema } from '../../libs/platform/http/email.js';
import { newId } from '../../libs/platform/http/ids.js';
import { linkToken, OneTimeLinks } from '../../libs/platform/one-time-links/one-time-links.js';
import { randomToken } from '../../libs/platform/secrets/secrets.js';

const LINK_MS = 3_600_000;

/**
 * Makes the account of an operator, which belongs to no organization and cannot, or finds it, and a link by which its password is chosen
 * once within an hour. A link of before opens nothing any more. No route does so: whoever can write to the database decides who is one.
 *
 * @param database with the owner's login
 * @returns the link's token
 * @throws Error for an address that is none, or that is a customer's
 */
export async function makeOperator(database: Database, config: Config, address: string): Promise<string> {
  const parsed = emailSchema.safeParse(address);
  if (!parsed.success) throw new Error(`${address} is no email address.`);
  const email = parsed.data;
  const links = new OneTimeLinks(new Clock(), config);
  // Until one is chosen.
  const nobodys = await hash(randomToken());
  const linkId = await database.system(async (transaction) => {
    const id = newId();
    // The programs' own roles may not say who is an operator.
    await transaction.$executeRaw`SET LOCAL ROLE NONE`;
    const made = await transaction.$executeRaw`
      INSERT INTO users (id, email, password_hash, is_operator) VALUES (${id}::uuid, ${email}, ${nobodys}, true)
      ON CONFLICT (email) DO NOTHING`;
    await transaction.$executeRaw`SET LOCAL ROLE kindred_system`;
    const user = await transaction.user.findUniqueOrThrow({ where: { email }, select: { id: true, isOperator: true } });
    if (!user.isOperator)
      throw new Error(`${email} is a customer's account. An operator's is for operating alone: name another address.`);
    if (made) await audit(transaction, null, 'user.made_operator', user.id, { personal: { email } });
    const link = { purpose: 'reset_password' as const, tenantId: null, userId: user.id, address: email };
    return links.create(transaction, { ...link, lifetimeMs: LINK_MS });
  });
  return linkToken(config.KINDRED_SECRET, 'reset_password', linkId);
}
