import { Injectable } from '@nestjs/common';
import type { Suspension } from '../../platform/access/principal.js';
import type { Sql, Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { inOrder, listIds, searched } from '../../platform/database/lists.js';
import type { ApiKey, ListApiKeysQuery } from './api-keys.schema.js';

type Settings = Pick<
  ApiKey,
  | 'projectId'
  | 'name'
  | 'kind'
  | 'mode'
  | 'scopes'
  | 'deploymentIds'
  | 'allowedAddresses'
  | 'allowedOrigins'
  | 'lineageId'
>;

export interface NewApiKey extends Settings {
  tenantId: string;
  id: string;
  prefix: string;
  keyHash: Uint8Array<ArrayBuffer>;
  hashedWith: string;
  expiresAt: Date | null;
}

export interface LeakedApiKey {
  tenantId: string;
  id: string;
  projectId: string;
  prefix: string;
}

/** Where a project's publishable keys may be used, of those that are not revoked. */
export interface Pages {
  tenantId: string;
  origins: { origin: string; expiresMs: number }[];
}

const ORIGINS = `
  SELECT project.tenant_id AS "tenantId", coalesce((
    SELECT jsonb_agg(jsonb_build_object('origin', origin, 'expiresAt', expires_at))
    FROM api_keys key, unnest(key.allowed_origins) AS origin
    WHERE key.tenant_id = project.tenant_id AND key.project_id = project.id AND key.kind = 'publishable' AND revoked_at IS NULL
  ), '[]') AS origins FROM projects project`;
const PAGES_OF_PROJECT = `${ORIGINS} WHERE project.id = $1`;
const PAGES_OF_DEPLOYMENT = `${ORIGINS} JOIN deployments ON deployments.tenant_id = project.tenant_id AND deployments.project_id = project.id
  WHERE deployments.id = $1`;

const RANKS = {
  createdAt: undefined,
  name: Prisma.sql`lower(listed.name)`,
  lastUsedAt: Prisma.sql`coalesce(listed.last_used_at, '-infinity')`,
} satisfies Record<ListApiKeysQuery['sort'], Prisma.Sql | undefined>;

@Injectable()
export class ApiKeysRepository {
  async create(transaction: Transaction, row: NewApiKey): Promise<ApiKey> {
    return toApiKey(await transaction.apiKey.create({ data: row }));
  }

  async list(transaction: Transaction, projectId: string, query: ListApiKeysQuery, now: Date): Promise<ApiKey[]> {
    const isLive = Prisma.sql`(listed.revoked_at IS NULL AND (listed.expires_at IS NULL OR listed.expires_at > ${now}))`;
    const list = {
      from: Prisma.sql`api_keys listed`,
      where: [
        Prisma.sql`listed.project_id = ${projectId}::uuid`,
        ...searched(query.search, Prisma.sql`listed.name`, Prisma.sql`listed.prefix`),
        ...(query.status === 'live' ? [isLive] : []),
        ...(query.status === 'ended' ? [Prisma.sql`NOT ${isLive}`] : []),
      ],
      rank: RANKS[query.sort],
    };
    const ids = await listIds(transaction, list, query);
    return inOrder(ids, await transaction.apiKey.findMany({ where: { id: { in: ids } } })).map(toApiKey);
  }

  async find(transaction: Transaction, projectId: string, id: string): Promise<ApiKey | null> {
    const row = await transaction.apiKey.findFirst({ where: { id, projectId } });
    return row && toApiKey(row);
  }

  /** Whether all of them are deployments of the project. */
  async hasDeployments(transaction: Transaction, projectId: string, ids: string[]): Promise<boolean> {
    return (await transaction.deployment.count({ where: { projectId, id: { in: ids } } })) === ids.length;
  }

  async setExpiry(transaction: Transaction, id: string, expiresAt: Date): Promise<void> {
    await transaction.apiKey.updateMany({ where: { id }, data: { expiresAt } });
  }

  /** False when the project has no such key; revoking twice keeps the first time. */
  async revoke(transaction: Transaction, id: string, now: Date): Promise<boolean> {
    const { count } = await transaction.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } });
    return count === 1;
  }

  /** The key with that hash that is not revoked, of whichever tenant; requires a system transaction. */
  async findByHash(
    transaction: Transaction,
    keyHash: Uint8Array<ArrayBuffer>,
  ): Promise<(ApiKey & { tenantId: string; suspension: Suspension | null }) | null> {
    const row = await transaction.apiKey.findUnique({
      where: { keyHash, revokedAt: null },
      include: { project: { select: { organization: { select: { suspendedAt: true, suspensionReason: true } } } } },
    });
    if (!row) return null;
    const { suspendedAt, suspensionReason } = row.project.organization;
    const suspension = suspendedAt && { suspendedAt, reason: suspensionReason! };
    return { ...toApiKey(row), tenantId: row.tenantId, suspension };
  }

  /**
   * Of which organization the project is, or that of the deployment, and on which pages its publishable keys may be used; null where
   * there is no such thing. Requires a system transaction.
   */
  async findPages(sql: Sql, of: 'project' | 'deployment', id: string): Promise<Pages | null> {
    const [row] = await sql.rows<{ tenantId: string; origins: { origin: string; expiresAt: string | null }[] }>(
      of === 'project' ? PAGES_OF_PROJECT : PAGES_OF_DEPLOYMENT,
      [id],
    );
    return row
      ? {
          tenantId: row.tenantId,
          origins: row.origins.map(({ origin, expiresAt }) => ({
            origin,
            expiresMs: expiresAt ? Date.parse(expiresAt) : Infinity,
          })),
        }
      : null;
  }

  /** Puts the hash under the secret of today in place of the one before. Requires a system transaction. */
  async rehash(
    transaction: Transaction,
    { tenantId, id }: { tenantId: string; id: string },
    hash: Pick<NewApiKey, 'keyHash' | 'hashedWith'>,
  ): Promise<void> {
    await transaction.apiKey.updateMany({ where: { tenantId, id }, data: hash });
  }

  /** Revokes a key that was found in public; null where there is none, or it was revoked before. Requires a system transaction. */
  async revokeLeaked(
    transaction: Transaction,
    keyHash: Uint8Array<ArrayBuffer>,
    leakedUrl: string,
    now: Date,
  ): Promise<LeakedApiKey | null> {
    const { count } = await transaction.apiKey.updateMany({
      where: { keyHash, revokedAt: null },
      data: { revokedAt: now, leakedUrl },
    });
    if (count === 0) return null;
    const select = { tenantId: true, id: true, projectId: true, prefix: true };
    return transaction.apiKey.findUniqueOrThrow({ where: { keyHash }, select });
  }

  async isKnown(transaction: Transaction, keyHash: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return (await transaction.apiKey.count({ where: { keyHash } })) > 0;
  }

  /** Sets when keys were last used; a later time stands. */
  async touch(sql: Sql, keys: { tenantId: string; id: string; at: Date }[]): Promise<void> {
    await sql.run(
      `UPDATE api_keys key SET last_used_at = used.at
       FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS used (tenant_id, id, at)
       WHERE key.tenant_id = used.tenant_id AND key.id = used.id AND (key.last_used_at IS NULL OR key.last_used_at < used.at)`,
      [keys.map(({ tenantId }) => tenantId), keys.map(({ id }) => id), keys.map(({ at }) => at)],
    );
  }
}

function toApiKey(row: Prisma.ApiKeyGetPayload<object>): ApiKey {
  const {
    id,
    projectId,
    name,
    prefix,
    kind,
    mode,
    deploymentIds,
    allowedAddresses,
    allowedOrigins,
    lineageId,
    leakedUrl,
  } = row;
  return {
    id,
    projectId,
    name,
    prefix,
    kind,
    mode,
    scopes: row.scopes as ApiKey['scopes'],
    deploymentIds,
    allowedAddresses,
    allowedOrigins,
    // A trigger fills it in whatever a program of before writes.
    lineageId: lineageId!,
    leakedUrl,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
