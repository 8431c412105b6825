import { timingSafeEqual } from 'node:crypto';
import { Global, Inject, Injectable, Module } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { CONFIG, type Config, secretsOf } from '../config/config.js';
import type { Transaction } from '../database/database.js';
import { newId, NIL_ID } from '../http/ids.js';
import { hmac } from '../secrets/secrets.js';
import { linkExpired, linkInvalid, linkUsed } from './one-time-links.errors.js';

export type LinkPurpose = 'verify_email' | 'reset_password' | 'change_email' | 'invitation';

export interface NewLink {
  purpose: LinkPurpose;
  /** The organization whose it is; null for what is a person's alone, which only a system transaction may write. */
  tenantId: string | null;
  /** Null where the address may have no account. */
  userId: string | null;
  address: string;
  /** How long it may be used. */
  lifetimeMs: number;
}

export interface OneTimeLink {
  id: string;
  tenantId: string | null;
  userId: string | null;
  address: string;
}

const ID_BYTES = 16;
const TOKEN = /^[\w-]{64}$/;

/**
 * What a link of a mail ends with: its id and a signature for its purpose. It is made where the mail is sent and where the link
 * is used, and stands nowhere.
 */
export function linkToken(secret: string, purpose: LinkPurpose, id: string): string {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  return Buffer.concat([bytes, sign(secret, purpose, id)]).toString('base64url');
}

/** Links of mails that open something once, for a while. */
@Injectable()
export class OneTimeLinks {
  constructor(
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * In the place of the person's open one of the same purpose. Without a person, whoever makes it sees to what there may be of.
   *
   * @returns its id, which the mail carries
   */
  async create(transaction: Transaction, link: NewLink): Promise<string> {
    const { purpose, tenantId, userId, address, lifetimeMs } = link;
    const now = this.clock.now();
    const row = { id: newId(), createdAt: now, expiresAt: new Date(now.getTime() + lifetimeMs) };
    await transaction.$executeRaw`
      INSERT INTO one_time_links (tenant_id, id, purpose, user_id, address, created_at, expires_at)
      VALUES (${tenantId ?? NIL_ID}::uuid, ${row.id}::uuid, ${purpose}::link_purpose, ${userId}::uuid, ${address}, ${row.createdAt}, ${row.expiresAt})
      ON CONFLICT (purpose, user_id) WHERE used_at IS NULL DO UPDATE SET
        tenant_id = EXCLUDED.tenant_id, id = EXCLUDED.id, address = EXCLUDED.address,
        created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at`;
    return row.id;
  }

  /**
   * Uses the link up in the transaction of what it opens: of two that come at once one has it. Requires a system transaction.
   *
   * @throws Problem 400 for a token that is none or of another purpose; 410 for one that was used, has expired or was replaced
   */
  async use(transaction: Transaction, token: string, purpose: LinkPurpose): Promise<OneTimeLink> {
    const id = this.idOf(token, purpose);
    const now = this.clock.now();
    const { count } = await transaction.oneTimeLink.updateMany({
      where: { id, purpose, usedAt: null, expiresAt: { gt: now } },
      data: { usedAt: now },
    });
    const row = await transaction.oneTimeLink.findUnique({ where: { id } });
    if (count === 0) throw row?.usedAt ? linkUsed() : linkExpired();
    return toLink(row!);
  }

  /** As {@link use}, without using it up: for a page that shows what the link is about. */
  async find(transaction: Transaction, token: string, purpose: LinkPurpose): Promise<OneTimeLink> {
    const row = await transaction.oneTimeLink.findUnique({ where: { id: this.idOf(token, purpose), purpose } });
    if (row?.usedAt) throw linkUsed();
    if (!row || row.expiresAt <= this.clock.now()) throw linkExpired();
    return toLink(row);
  }

  /** Ends what nobody has used; what is used or gone stays so. */
  async revoke(transaction: Transaction, where: { id: string } | { userId: string }): Promise<void> {
    await transaction.oneTimeLink.deleteMany({ where: { ...where, usedAt: null } });
  }

  private idOf(token: string, purpose: LinkPurpose): string {
    if (!TOKEN.test(token)) throw linkInvalid();
    const bytes = Buffer.from(token, 'base64url');
    const hex = bytes.subarray(0, ID_BYTES).toString('hex');
    const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    const given = bytes.subarray(ID_BYTES);
    const isOurs = secretsOf(this.config).some((secret) => timingSafeEqual(given, sign(secret, purpose, id)));
    if (!isOurs) throw linkInvalid();
    return id;
  }
}

function sign(secret: string, purpose: LinkPurpose, id: string): Uint8Array {
  return hmac(secret, `one-time-link/${purpose}`, id);
}

function toLink(row: { id: string; tenantId: string; userId: string | null; address: string }): OneTimeLink {
  const { id, tenantId, userId, address } = row;
  return { id, tenantId: tenantId === NIL_ID ? null : tenantId, userId, address };
}

@Global()
@Module({ providers: [OneTimeLinks], exports: [OneTimeLinks] })
export class OneTimeLinksModule {}
