import { Injectable } from '@nestjs/common';
import type { Suspension } from '../../platform/access/principal.js';
import type { Transaction } from '../../platform/database/database.js';

export interface ScimTokenRow {
  id: string;
  name: string;
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

const SHOWN = { id: true, name: true, prefix: true, createdAt: true, lastUsedAt: true } as const;
const USE_MS = 60_000;

@Injectable()
export class ScimTokensRepository {
  /** Of two that are made at once one waits for the other. */
  async lock(transaction: Transaction, tenantId: string): Promise<void> {
    await transaction.$queryRaw`SELECT FROM organizations WHERE id = ${tenantId}::uuid FOR UPDATE`;
  }

  list(transaction: Transaction): Promise<ScimTokenRow[]> {
    return transaction.scimToken.findMany({ select: SHOWN, orderBy: { id: 'asc' } });
  }

  create(
    transaction: Transaction,
    row: { tenantId: string; id: string; name: string; prefix: string; tokenHash: Uint8Array<ArrayBuffer> },
  ): Promise<ScimTokenRow> {
    return transaction.scimToken.create({ data: row, select: SHOWN });
  }

  /** Null where there is none. */
  async delete(transaction: Transaction, id: string): Promise<ScimTokenRow | null> {
    const row = await transaction.scimToken.findFirst({ where: { id }, select: SHOWN });
    return row && (await transaction.scimToken.deleteMany({ where: { id } })).count === 1 ? row : null;
  }

  /** Whose the token is, and that it was used, to the minute. Requires a system transaction. */
  async use(
    transaction: Transaction,
    tokenHash: Uint8Array<ArrayBuffer>,
    now: Date,
  ): Promise<{ tenantId: string; id: string; suspension: Suspension | null } | null> {
    const organization = { select: { suspendedAt: true, suspensionReason: true } };
    const row = await transaction.scimToken.findUnique({
      where: { tokenHash },
      select: { tenantId: true, id: true, organization },
    });
    if (!row) return null;
    const { tenantId, id } = row;
    const where = {
      tenantId,
      id,
      OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: new Date(now.getTime() - USE_MS) } }],
    };
    await transaction.scimToken.updateMany({ where, data: { lastUsedAt: now } });
    const { suspendedAt, suspensionReason } = row.organization;
    return { tenantId, id, suspension: suspendedAt && { suspendedAt, reason: suspensionReason! } };
  }
}
