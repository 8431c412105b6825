import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';

export interface UserTokenSecretRow {
  id: string;
  prefix: string;
  createdAt: Date;
}

export interface SealedUserTokenSecret {
  id: string;
  secret: Uint8Array;
}

const SHOWN = { id: true, prefix: true, createdAt: true } as const;

@Injectable()
export class UserTokenSecretsRepository {
  /** Of two that are made at once one waits for the other. */
  async lock(transaction: Transaction, projectId: string): Promise<void> {
    await transaction.$queryRaw`SELECT FROM projects WHERE id = ${projectId}::uuid FOR UPDATE`;
  }

  list(transaction: Transaction, projectId: string): Promise<UserTokenSecretRow[]> {
    return transaction.userTokenSecret.findMany({ where: { projectId }, select: SHOWN, orderBy: { id: 'asc' } });
  }

  listSealed(transaction: Transaction, projectId: string): Promise<SealedUserTokenSecret[]> {
    return transaction.userTokenSecret.findMany({ where: { projectId }, select: { id: true, secret: true } });
  }

  create(
    transaction: Transaction,
    row: { tenantId: string; projectId: string; id: string; prefix: string; secret: Uint8Array<ArrayBuffer> },
  ): Promise<UserTokenSecretRow> {
    return transaction.userTokenSecret.create({ data: row, select: SHOWN });
  }

  /** Null where there is none. */
  async delete(transaction: Transaction, projectId: string, id: string): Promise<UserTokenSecretRow | null> {
    const row = await transaction.userTokenSecret.findFirst({ where: { id, projectId }, select: SHOWN });
    return row && (await transaction.userTokenSecret.deleteMany({ where: { id } })).count === 1 ? row : null;
  }
}
