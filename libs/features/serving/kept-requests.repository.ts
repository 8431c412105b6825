import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/database.js';

/** What a call asked, of an operation whose answers can be corrected. */
export interface KeptCall {
  request: Record<string, unknown>;
  /** What answered; null of calls from before it was kept. */
  modelVersionId: string | null;
}

export interface KeptRequest extends KeptCall {
  tenantId: string;
  id: string;
  deploymentId: string;
}

const KEEP = `
  INSERT INTO kept_requests (tenant_id, id, deployment_id, model_version_id, request)
  SELECT tenant_id, id, deployment_id, model_version_id, request::jsonb
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[])
    AS given (tenant_id, id, deployment_id, model_version_id, request)
  ON CONFLICT DO NOTHING`;

const FIND = `
  SELECT request, model_version_id AS "modelVersionId"
  FROM kept_requests WHERE tenant_id = $1 AND id = $2 AND deployment_id = $3`;

@Injectable()
export class KeptRequestsRepository {
  /** Keeps each call's request once; requires a system transaction. */
  async keep(sql: Sql, kept: KeptRequest[]): Promise<void> {
    if (kept.length === 0) return;
    await sql.run(KEEP, [
      kept.map(({ tenantId }) => tenantId),
      kept.map(({ id }) => id),
      kept.map(({ deploymentId }) => deploymentId),
      kept.map(({ modelVersionId }) => modelVersionId),
      kept.map(({ request }) => JSON.stringify(request)),
    ]);
  }

  async find(sql: Sql, tenantId: string, id: string, deploymentId: string): Promise<KeptCall | null> {
    const [row] = await sql.rows<KeptCall>(FIND, [tenantId, id, deploymentId]);
    return row ?? null;
  }
}
