import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import type { RequestLogEntry, RequestLogFilter } from './request-log.schema.js';

export interface NewRequestLogEntry extends Omit<RequestLogEntry, 'occurredAt'> {
  tenantId: string;
  occurredAt: Date;
}

const APPEND = `
  INSERT INTO request_log (tenant_id, id, occurred_at, method, route, status, duration_ms, api_key_id, project_id,
    deployment_id, request_id, error_code)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::smallint[], $7::int[],
    $8::uuid[], $9::uuid[], $10::uuid[], $11::text[], $12::text[])
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
      rows.map((row) => row.status),
      rows.map((row) => row.durationMs),
      rows.map((row) => row.apiKeyId),
      rows.map((row) => row.projectId),
      rows.map((row) => row.deploymentId),
      rows.map((row) => row.requestId),
      rows.map((row) => row.errorCode),
    ];
    await this.database.systemSql((sql) => sql.run(APPEND, columns));
  }

  async list(transaction: Transaction, filter: RequestLogFilter, page: PageQuery): Promise<RequestLogEntry[]> {
    const { where, ...order } = pageArguments(page);
    const rows = await transaction.requestLogEntry.findMany({ ...order, where: { ...where, ...toWhere(filter) } });
    return rows.map(toEntry);
  }
}

function toWhere({ from, to, status, ...equal }: RequestLogFilter): Prisma.RequestLogEntryWhereInput {
  const { projectId, apiKeyId, deploymentId, requestId, errorCode } = equal;
  const range = status?.endsWith('xx') ? 100 * Number(status[0]) : undefined;
  return {
    projectId,
    apiKeyId,
    deploymentId,
    requestId,
    errorCode,
    ...((from || to) && { occurredAt: { gte: from, lt: to } }),
    ...(status && { status: range === undefined ? Number(status) : { gte: range, lt: range + 100 } }),
  };
}

function toEntry(row: Prisma.RequestLogEntryGetPayload<object>): RequestLogEntry {
  const { id, method, route, status, durationMs, apiKeyId, projectId, deploymentId, requestId, errorCode } = row;
  const occurredAt = row.occurredAt.toISOString();
  return {
    id,
    occurredAt,
    method,
    route,
    status,
    durationMs,
    apiKeyId,
    projectId,
    deploymentId,
    requestId,
    errorCode,
  };
}
