import { Injectable } from '@nestjs/common';
import { type Sql, sqlOf, type Transaction } from '../../platform/database/database.js';

/** Who a name counts for, with every name that does, that one first. */
const NAMES = `
  WITH main AS (SELECT coalesce((SELECT into_user_id FROM user_merges
    WHERE tenant_id = $1::uuid AND project_id = $2::uuid AND from_user_id = $3::text), $3::text) AS user_id)
  SELECT user_id AS "userId" FROM main
  UNION ALL
  (SELECT from_user_id FROM user_merges, main
   WHERE tenant_id = $1::uuid AND project_id = $2::uuid AND into_user_id = main.user_id ORDER BY created_at, from_user_id)`;

@Injectable()
export class UserMergesRepository {
  /** One decision about a project's merges at a time, until the transaction ends. */
  async lock(transaction: Transaction, projectId: string): Promise<void> {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${projectId}, 3))`;
  }

  /** Every name of whom the user counts for, that of whom first. */
  async findNames(sql: Sql, tenantId: string, projectId: string, userId: string): Promise<[string, ...string[]]> {
    const rows = await sql.rows<{ userId: string }>(NAMES, [tenantId, projectId, userId]);
    return rows.map((row) => row.userId) as [string, ...string[]];
  }

  /** All who count for `from`, and `from`, count for `into` from now on. */
  async merge(
    transaction: Transaction,
    { tenantId, projectId, from, into }: { tenantId: string; projectId: string; from: string; into: string },
  ): Promise<void> {
    const where = { tenantId, projectId, intoUserId: from };
    await transaction.userMerge.updateMany({ where, data: { intoUserId: into } });
    await transaction.userMerge.create({ data: { tenantId, projectId, fromUserId: from, intoUserId: into } });
  }

  /** Forgets that somebody counted for another, or another for them. */
  async forget(transaction: Transaction, projectId: string, userId: string): Promise<void> {
    const where = { projectId, OR: [{ fromUserId: userId }, { intoUserId: userId }] };
    await transaction.userMerge.deleteMany({ where });
  }

  /** The next of a project's merges after a name, in the order of names. */
  async page(
    transaction: Transaction,
    { tenantId, projectId, after, most }: { tenantId: string; projectId: string; after: string; most: number },
  ): Promise<{ from_user_id: string; into_user_id: string }[]> {
    return sqlOf(transaction).rows(
      `SELECT from_user_id, into_user_id FROM user_merges WHERE tenant_id = $1::uuid AND project_id = $2::uuid AND from_user_id > $3::text
       ORDER BY from_user_id LIMIT $4::int`,
      [tenantId, projectId, after, most],
    );
  }
}
