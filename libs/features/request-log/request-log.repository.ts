import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { allOf } from '../../platform/database/lists.js';
import { NIL_ID } from '../../platform/http/ids.js';
import type { PageQuery } from '../../platform/http/page.js';
import type { RequestLogEntry, RequestLogFilter, RequestLogHistogram } from './request-log.schema.js';

export interface NewRequestLogEntry extends Omit<RequestLogEntry, 'occurredAt' | 'apiKeyId'> {
  tenantId: string;
  /** `NIL_ID` for a try from the dashboard. */
  apiKeyId: string;
  occurredAt: Date;
}

export interface BucketRow extends Omit<RequestLogHistogram['data'][number], 'from'> {
  bucket: number;
}

const APPEND = `
  INSERT INTO request_log (tenant_id, id, occurred_at, method, route, path, status, duration_ms, api_key_id,
    project_id, deployment_id, request_id, error_code, fallback_reason)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::smallint[],
    $8::int[], $9::uuid[], $10::uuid[], $11::uuid[], $12::text[], $13::text[], $14::text[])
  ON CONFLICT (tenant_id, id) DO NOTHING`;

@Injectable()
export class RequestLogRepository {
  constructor(private readonly database: Database) {}

  /** Appends calls of any tenants in one statement; those that are there already stay as they are. */
  async append(rows: NewRequestLogEntry[]): Promise<void> {
    const columns = [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.id),
      rows.map((row) => row.occurredAt.toISOString()),
      rows.map((row) => row.method),
      rows.map((row) => row.route),
      rows.map((row) => row.path),
      rows.map((row) => row.status),
      rows.map((row) => row.durationMs),
      rows.map((row) => row.apiKeyId),
      rows.map((row) => row.projectId),
      rows.map((row) => row.deploymentId),
      rows.map((row) => row.requestId),
      rows.map((row) => row.errorCode),
      rows.map((row) => row.fallbackReason),
    ];
    await this.database.systemSql((sql) => sql.run(APPEND, columns));
  }

  /** Newest first, and one more than the page holds. */
  list(transaction: Transaction, filter: RequestLogFilter, { limit, cursor }: PageQuery): Promise<RequestLogEntry[]> {
    const conditions = [...conditionsOf(filter), ...(cursor ? [Prisma.sql`id < ${cursor}::uuid`] : [])];
    return this.select(transaction, Prisma.sql`${allOf(conditions)} ORDER BY id DESC LIMIT ${limit + 1}`);
  }

  async find(transaction: Transaction, id: string): Promise<RequestLogEntry | undefined> {
    const [entry] = await this.select(transaction, Prisma.sql`WHERE id = ${id}::uuid`);
    return entry;
  }

  /** How often the error came up on the route. */
  countErrors(transaction: Transaction, { errorCode, route }: RequestLogEntry, since: Date): Promise<number> {
    return transaction.requestLogEntry.count({ where: { errorCode, route, occurredAt: { gte: since } } });
  }

  /** When the first of these calls was answered. */
  async firstAt(transaction: Transaction, filter: RequestLogFilter): Promise<Date | null> {
    const [row] = await transaction.$queryRaw<{ at: Date | null }[]>`
      SELECT min(occurred_at) AS at FROM request_log ${allOf(conditionsOf(filter))}`;
    return row!.at;
  }

  /** Buckets that hold calls, by their number since 1970. */
  countByBucket(transaction: Transaction, filter: RequestLogFilter, bucketSeconds: number): Promise<BucketRow[]> {
    return transaction.$queryRaw`
      SELECT floor(extract(epoch FROM occurred_at) / ${bucketSeconds}::int)::int AS bucket,
        count(*) FILTER (WHERE status < 400)::int AS "2xx",
        count(*) FILTER (WHERE status BETWEEN 400 AND 499)::int AS "4xx",
        count(*) FILTER (WHERE status >= 500)::int AS "5xx"
      FROM request_log ${allOf(conditionsOf(filter))} GROUP BY 1`;
  }

  private async select(transaction: Transaction, rest: Prisma.Sql): Promise<RequestLogEntry[]> {
    const rows = await transaction.$queryRaw<(Omit<RequestLogEntry, 'occurredAt'> & { occurredAt: Date })[]>`
      SELECT id::text, occurred_at AS "occurredAt", method, route, coalesce(path, route) AS path, status,
        duration_ms AS "durationMs", nullif(api_key_id, ${NIL_ID}::uuid)::text AS "apiKeyId", project_id::text AS "projectId",
        deployment_id::text AS "deploymentId", request_id AS "requestId", error_code AS "errorCode", fallback_reason AS "fallbackReason"
      FROM request_log ${rest}`;
    return rows.map((row) => ({ ...row, occurredAt: row.occurredAt.toISOString() }));
  }
}

function conditionsOf({ from, to, status, ...equal }: RequestLogFilter): Prisma.Sql[] {
  const { projectId, apiKeyId, deploymentId, route, path, requestId, errorCode } = equal;
  const range = status?.endsWith('xx') ? 100 * Number(status[0]) : undefined;
  return [
    ...(from ? [Prisma.sql`occurred_at >= ${from}`] : []),
    ...(to ? [Prisma.sql`occurred_at < ${to}`] : []),
    ...(projectId ? [Prisma.sql`project_id = ${projectId}::uuid`] : []),
    ...(apiKeyId ? [Prisma.sql`api_key_id = ${apiKeyId}::uuid`] : []),
    ...(deploymentId ? [Prisma.sql`deployment_id = ${deploymentId}::uuid`] : []),
    ...(status && range === undefined ? [Prisma.sql`status = ${Number(status)}::int`] : []),
    ...(range ? [Prisma.sql`status BETWEEN ${range}::int AND ${range + 99}::int`] : []),
    ...(route ? [Prisma.sql`route = ${route}`] : []),
    ...(path ? [Prisma.sql`starts_with(coalesce(path, route), ${path})`] : []),
    ...(requestId ? [Prisma.sql`request_id = ${requestId}`] : []),
    ...(errorCode ? [Prisma.sql`error_code = ${errorCode}`] : []),
  ];
}
