import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { DEFAULT_ROLES } from './single-sign-on.schema.js';

export type DefaultRole = (typeof DEFAULT_ROLES)[number];

export interface ConnectionRow {
  tenantId: string;
  issuer: string;
  clientId: string;
  clientSecret: Uint8Array<ArrayBuffer>;
  defaultRole: DefaultRole;
  testedAt: Date | null;
  enforcedAt: Date | null;
}

export interface DomainRow {
  domain: string;
  token: string;
  verifiedAt: Date | null;
  missingSince: Date | null;
}

/** A verified one that was not looked at lately. */
export interface DueDomain extends DomainRow {
  tenantId: string;
  checkedAt: Date | null;
}

@Injectable()
export class SingleSignOnRepository {
  /** Of the tenant of the transaction, or of the one that a system transaction names. */
  async find(transaction: Transaction, tenantId: string): Promise<ConnectionRow | null> {
    return (await transaction.singleSignOn.findUnique({ where: { tenantId } })) as ConnectionRow | null;
  }

  /** Changes of one organization's single sign-on come one after another. */
  async lock(transaction: Transaction, tenantId: string): Promise<void> {
    await transaction.$queryRaw`SELECT FROM organizations WHERE id = ${tenantId}::uuid FOR UPDATE`;
  }

  async save(transaction: Transaction, { tenantId, ...data }: ConnectionRow): Promise<void> {
    await transaction.singleSignOn.upsert({ where: { tenantId }, create: { tenantId, ...data }, update: data });
  }

  async delete(transaction: Transaction, tenantId: string): Promise<void> {
    await transaction.singleSignOn.deleteMany({ where: { tenantId } });
  }

  listDomains(transaction: Transaction, tenantId: string): Promise<DomainRow[]> {
    return transaction.singleSignOnDomain.findMany({
      where: { tenantId },
      select: { domain: true, token: true, verifiedAt: true, missingSince: true },
      orderBy: { domain: 'asc' },
    });
  }

  async addDomain(transaction: Transaction, tenantId: string, domain: string, token: string): Promise<void> {
    await transaction.singleSignOnDomain.create({ data: { tenantId, domain, token } });
  }

  async setVerified(transaction: Transaction, tenantId: string, domain: string, verifiedAt: Date | null) {
    const where = { tenantId_domain: { tenantId, domain } };
    const data = { verifiedAt, checkedAt: verifiedAt, missingSince: null };
    await transaction.singleSignOnDomain.update({ where, data });
  }

  /** Verified domains about which DNS last answered before then. Requires a system transaction. */
  findDueDomains(transaction: Transaction, before: Date): Promise<DueDomain[]> {
    return transaction.singleSignOnDomain.findMany({
      where: {
        verifiedAt: { not: null },
        OR: [{ checkedAt: { lte: before } }, { checkedAt: null, verifiedAt: { lte: before } }],
      },
      omit: { createdAt: true },
    });
  }

  /** Whether the row is as it was found. */
  async isStillDue(transaction: Transaction, { tenantId, domain, token, verifiedAt, checkedAt }: DueDomain) {
    const where = { tenantId, domain, token, verifiedAt, checkedAt };
    return (await transaction.singleSignOnDomain.count({ where })) === 1;
  }

  async setChecked(
    transaction: Transaction,
    { tenantId, domain }: DueDomain,
    data: { checkedAt: Date; missingSince: Date | null },
  ): Promise<void> {
    await transaction.singleSignOnDomain.update({ where: { tenantId_domain: { tenantId, domain } }, data });
  }

  async deleteDomain(transaction: Transaction, tenantId: string, domain: string): Promise<void> {
    await transaction.singleSignOnDomain.deleteMany({ where: { tenantId, domain } });
  }

  async isVerified(transaction: Transaction, tenantId: string, domain: string): Promise<boolean> {
    return (await transaction.singleSignOnDomain.count({ where: { tenantId, domain, verifiedAt: { not: null } } })) > 0;
  }

  /** Whose single sign-on is for addresses of the domain. Requires a system transaction. */
  async findByDomain(transaction: Transaction, domain: string): Promise<ConnectionRow | null> {
    const found = await transaction.singleSignOnDomain.findFirst({ where: { domain, verifiedAt: { not: null } } });
    return found && this.find(transaction, found.tenantId);
  }

  /** Whether the person is an owner of the organization. Requires a system transaction. */
  async isOwner(transaction: Transaction, tenantId: string, userId: string): Promise<boolean> {
    return (await transaction.membership.count({ where: { tenantId, userId, role: 'owner' } })) > 0;
  }
}
