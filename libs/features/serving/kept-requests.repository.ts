import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/database.js';

/** What a call asked, of an operation whose answers can be corrected. */
export interface KeptRequest {
  tenantId: string;
  id: string;
  deploymentId: string;
  request: Record<string, unknown>;
}

const KEEP = `
  INSERT INTO kept_requests (tenant_id, id, deployment_id, request)
  SELECT tenant_id, id, deployment_id, request::jsonb
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS given (tenant_id, id, deployment_id, request)
  ON CONFLICT DO NOTHING`;

const FIND = 'SELECT request FROM kept_requests WHERE tenant_id = $1 AND id = $2 AND deployment_id = $3';

@Injectable()
export class KeptRequestsRepository {
  /** Keeps each call's request once; requires a system transaction. */
  async keep(sql: Sql, kept: KeptRequest[]): Promise<void> {
    if (kept.length === 0) return;
    await sql.run(KEEP, [
      kept.map(({ tenantId }) => tenantId),
      kept.map(({ id }) => id),
      kept.map(({ deploymentId }) => deploymentId),
      kept.map(({ request }) => JSON.stringify(request)),
    ]);
  }

  async find(sql: Sql, tenantId: string, id: string, deploymentId: string): Promise<KeptRequest['request'] | null> {
    const [row] = await sql.rows<{ request: KeptRequest['request'] }>(FIND, [tenantId, id, deploymentId]);
    return row?.request ?? null;
  }
}
