import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Likeness, Reason } from './sign-up-score.js';

type Hash = Uint8Array<ArrayBuffer>;

export interface Origin {
  addressHash: Hash;
  networkHash: Hash;
  domainHash: Hash;
  deviceHash: Hash | null;
}

export interface SignUpRow {
  createdAt: Date;
  score: number;
  reasons: Reason[];
  provedAt: Date | null;
  releasedAt: Date | null;
}

/** What is weighed of an organization before it trains. */
export interface Standing extends Pick<SignUpRow, 'score' | 'provedAt' | 'releasedAt'> {
  /** Whether one of its owners has confirmed their address. */
  isVerified: boolean;
  plan: string;
}

/** Each method requires a system transaction. */
@Injectable()
export class SignUpsRepository {
  /** Sign-ups that come at once are weighed one after another, until the transaction ends: each is to see those before. */
  async countAlike(transaction: Transaction, origin: Origin, now: Date): Promise<Likeness> {
    const { addressHash, networkHash, domainHash, deviceHash } = origin;
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('sign_ups'))`;
    const [alike] = await transaction.$queryRaw<[Likeness]>`
      WITH today AS (SELECT * FROM sign_ups WHERE created_at > ${now}::timestamptz - interval '1 day'
        AND (address_hash = ${addressHash} OR network_hash = ${networkHash} OR domain_hash = ${domainHash}))
      SELECT count(*) FILTER (WHERE address_hash = ${addressHash})::int AS address,
        count(*) FILTER (WHERE network_hash = ${networkHash} AND address_hash <> ${addressHash})::int AS network,
        count(*) FILTER (WHERE domain_hash = ${domainHash})::int AS domain,
        (SELECT count(*) FROM sign_ups WHERE device_hash = ${deviceHash}::bytea
           AND created_at > ${now}::timestamptz - interval '30 days')::int AS device
      FROM today`;
    return alike;
  }

  async create(
    transaction: Transaction,
    row: Origin & { tenantId: string; userId: string; createdAt: Date; score: number; reasons: Reason[] },
  ): Promise<void> {
    await transaction.signUp.create({ data: { ...row, reasons: row.reasons as object[] } });
  }

  async find(transaction: Transaction, tenantId: string): Promise<SignUpRow | null> {
    const row = await transaction.signUp.findUnique({ where: { tenantId } });
    return row && { ...row, reasons: row.reasons as unknown as Reason[] };
  }

  async findStanding(transaction: Transaction, tenantId: string): Promise<Standing | null> {
    const [standing] = await transaction.$queryRaw<Standing[]>`
      SELECT score, proved_at AS "provedAt", released_at AS "releasedAt", plan_key AS plan, EXISTS (
        SELECT FROM memberships JOIN users ON users.id = memberships.user_id
        WHERE memberships.tenant_id = sign_ups.tenant_id AND role = 'owner' AND email_verified_at IS NOT NULL) AS "isVerified"
      FROM sign_ups JOIN subscriptions ON subscriptions.tenant_id = sign_ups.tenant_id
      JOIN price_versions ON price_versions.id = subscriptions.price_version_id
      WHERE sign_ups.tenant_id = ${tenantId}::uuid`;
    return standing ?? null;
  }

  /** Whether it was not so before. */
  async set(
    transaction: Transaction,
    tenantId: string,
    change: { provedAt: Date } | { releasedAt: Date },
  ): Promise<boolean> {
    const isUnset = 'provedAt' in change ? { provedAt: null } : { releasedAt: null };
    return (await transaction.signUp.updateMany({ where: { tenantId, ...isUnset }, data: change })).count === 1;
  }
}
