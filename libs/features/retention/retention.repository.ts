import { Injectable, Logger } from '@nestjs/common';
import { cutChain, findOldChains } from '../../platform/audit/audit-chain.js';
import { Database } from '../../platform/database/database.js';
import { IMPORTS_KEPT, PROJECT_RETENTION, type Retained } from './retention.js';

const CHUNK_ROWS = 5_000;

/** Those that no data set needs any more, nor a job that is to learn from them. */
const SURPLUS_IMPORTS = `
  DELETE FROM imports WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM (
      SELECT tenant_id, id, data_set_id, row_number() OVER (PARTITION BY tenant_id, data_set_id ORDER BY id DESC) AS place
      FROM imports WHERE status = 'succeeded') ranked
    WHERE place > ${IMPORTS_KEPT}
      AND NOT EXISTS (SELECT FROM data_sets WHERE data_sets.tenant_id = ranked.tenant_id AND current_import_id = ranked.id)
      AND NOT EXISTS (SELECT FROM training_job_sources source
        JOIN training_jobs job ON job.tenant_id = source.tenant_id AND job.id = source.training_job_id AND job.status IN ('queued', 'running')
        WHERE source.tenant_id = ranked.tenant_id AND source.import_id = ranked.id)
    LIMIT ${CHUNK_ROWS})`;

/** Objects that rows name. Uploads are named until their import has ended. */
const NAMED = `
  SELECT key FROM unnest($1::text[]) AS given (key) WHERE EXISTS (SELECT FROM imports WHERE content_key = key)
    OR EXISTS (SELECT FROM imports WHERE upload_key = key AND status IN ('queued', 'running'))
    OR EXISTS (SELECT FROM upload_parts WHERE upload_parts.key = given.key)
    OR EXISTS (SELECT FROM model_versions WHERE artifact_key = key OR report_key = key)
    OR EXISTS (SELECT FROM training_jobs WHERE checkpoint_key = key AND status IN ('queued', 'running'))`;

/** Deletes over all tenants. */
@Injectable()
export class RetentionRepository {
  private readonly logger = new Logger(RetentionRepository.name);

  constructor(private readonly database: Database) {}

  /** In chunks that hold no lock for long. */
  async deleteOld({ table, since, days, where = 'true' }: Retained, now: Date): Promise<void> {
    const statement = `DELETE FROM ${table} WHERE ctid IN (
      SELECT ctid FROM ${table} WHERE ${since} < $1::timestamptz - make_interval(days => ${days}) AND ${where} LIMIT ${CHUNK_ROWS})`;
    await this.inChunks(statement, [now]);
  }

  /** Of projects that keep less than the platform does. */
  async deleteOldOfProjects({ table, since, byProject }: Retained, now: Date): Promise<void> {
    if (!byProject) return;
    const { setting, through } = byProject;
    const days = `projects.${PROJECT_RETENTION[setting]}`;
    const rows = through
      ? `JOIN ${through.table} owner ON owner.tenant_id = projects.tenant_id AND owner.project_id = projects.id
         JOIN ${table} old ON old.tenant_id = owner.tenant_id AND old.${through.column} = owner.id`
      : `JOIN ${table} old ON old.tenant_id = projects.tenant_id AND old.project_id = projects.id`;
    const statement = `DELETE FROM ${table} WHERE ctid IN (
      SELECT old.ctid FROM projects ${rows}
      WHERE ${days} IS NOT NULL AND old.${since} < $1::timestamptz - make_interval(days => ${days}::int) LIMIT ${CHUNK_ROWS})`;
    await this.inChunks(statement, [now]);
  }

  /** The old ends of audit logs, so that what is left still can be verified. */
  async cutAuditLogs(before: Date): Promise<void> {
    for (const tenantId of await this.database.systemSql((sql) => findOldChains(sql, before))) {
      let count;
      do count = await this.database.systemSql((sql) => cutChain(sql, tenantId, before));
      while (count);
      if (count === null)
        this.logger.error(`the audit log of organization ${tenantId} was altered: nothing of it is deleted`);
    }
  }

  async deleteSurplusImports(): Promise<void> {
    await this.inChunks(SURPLUS_IMPORTS, []);
  }

  /** Which of the tenants this database knows, those that were deleted among them. */
  async findTenants(ids: string[]): Promise<Set<string>> {
    const rows = await this.database.systemSql((sql) =>
      sql.rows<{ id: string }>('SELECT id FROM organizations WHERE id = ANY($1::uuid[])', [ids]),
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Which of the keys some row names. */
  async findNamed(keys: string[]): Promise<Set<string>> {
    const rows = await this.database.systemSql((sql) => sql.rows<{ key: string }>(NAMED, [keys]));
    return new Set(rows.map(({ key }) => key));
  }

  private async inChunks(statement: string, values: unknown[]): Promise<void> {
    let count;
    do count = await this.database.systemSql((sql) => sql.run(statement, values));
    while (count === CHUNK_ROWS);
  }
}
