import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import type { ApiKey } from './api-keys.schema.js';

export interface NewApiKey extends Pick<ApiKey, 'id' | 'projectId' | 'name' | 'prefix' | 'scopes'> {
  tenantId: string;
  keyHash: Uint8Array<ArrayBuffer>;
}

@Injectable()
export class ApiKeysRepository {
  async create(transaction: Transaction, row: NewApiKey): Promise<ApiKey> {
    return toApiKey(await transaction.apiKey.create({ data: row }));
  }

  async list(transaction: Transaction, projectId: string, query: PageQuery): Promise<ApiKey[]> {
    const page = pageArguments(query);
    return (await transaction.apiKey.findMany({ ...page, where: { ...page.where, projectId } })).map(toApiKey);
  }

  /** False when the project has no such key; revoking twice keeps the first time. */
  async revoke(transaction: Transaction, projectId: string, id: string, now: Date): Promise<boolean> {
    if (!(await transaction.apiKey.findFirst({ where: { id, projectId } }))) return false;
    await transaction.apiKey.updateMany({ where: { id, projectId, revokedAt: null }, data: { revokedAt: now } });
    return true;
  }

  /** The living key with that hash, of whichever tenant; wants a system transaction. */
  async findByHash(
    transaction: Transaction,
    keyHash: Uint8Array<ArrayBuffer>,
  ): Promise<(ApiKey & { tenantId: string }) | null> {
    const row = await transaction.apiKey.findUnique({ where: { keyHash, revokedAt: null } });
    return row && { ...toApiKey(row), tenantId: row.tenantId };
  }
}

function toApiKey(row: Prisma.ApiKeyGetPayload<object>): ApiKey {
  const { id, projectId, name, prefix } = row;
  const times = { createdAt: row.createdAt.toISOString(), revokedAt: row.revokedAt?.toISOString() ?? null };
  return { id, projectId, name, prefix, scopes: row.scopes as ApiKey['scopes'], ...times };
}
