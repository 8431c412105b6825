import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { pack, type Pack } from 'tar-stream';
import { audit } from '../../platform/audit/audit.js';
import { Database, sqlOf } from '../../platform/database/database.js';
import { NIL_ID } from '../../platform/http/ids.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';

const PAGE = 5_000;

/** What each file of rows holds, by SQL; neither hashes of keys nor secrets leave. */
const ROWS: Record<string, string> = {
  organization: 'SELECT id, name, created_at FROM organizations',
  members: 'SELECT user_id, role::text, created_at FROM memberships',
  directory:
    'SELECT user_id, user_name, external_id, display_name, formatted_name, given_name, family_name, role::text, created_at, updated_at FROM scim_users',
  invitations: 'SELECT id, email, role::text, created_at, expires_at, accepted_at, revoked_at FROM invitations',
  projects: 'SELECT id, name, created_at FROM projects',
  'data-sets': 'SELECT id, project_id, name, kind, sample, current_import_id, created_at FROM data_sets',
  imports:
    'SELECT id, data_set_id, status::text, mode::text, provenance::text, content_key, content_sha256, rows_accepted::float8, rows_held::float8, rows_rejected::float8, errors, rejections, statistics, failure_reason, created_at, finished_at FROM imports',
  'rejected-rows': 'SELECT import_id, place, row, column_name, value, message FROM rejected_rows',
  'added-rows': 'SELECT id, data_set_id, origin, row, is_deletion FROM added_rows',
  'live-interactions':
    'SELECT data_set_id, id, received_at, user_id, item_id, event_type, value, timestamp, recommendation_id FROM live_interactions',
  'texts-to-label':
    'SELECT id, data_set_id, text, status::text, labels, decided_by, decided_at, created_at FROM texts_to_label',
  models: 'SELECT id, project_id, name, family, task, recipe, settings, created_at FROM models',
  'model-sources': 'SELECT model_id, role, data_set_id FROM model_sources',
  'model-versions':
    'SELECT id, model_id, name, family, task, recipe, training_job_id, ordinal, artifact_key, artifact_sha256, artifact_bytes::float8, result, report_key, provenance::text, created_at FROM model_versions',
  'training-jobs':
    'SELECT id, model_id, status::text, warnings, failure_reason, created_at, started_at, finished_at FROM training_jobs',
  'training-job-sources':
    'SELECT training_job_id, role, segment, import_id, data_set_id, content_sha256 FROM training_job_sources',
  deployments: 'SELECT id, project_id, name, task, model_version_id, created_at, updated_at FROM deployments',
  'api-keys':
    'SELECT id, project_id, name, prefix, mode::text, scopes, kind::text, deployment_ids, allowed_addresses, allowed_origins, created_at, expires_at, revoked_at, last_used_at FROM api_keys',
  limits: 'SELECT id, scope::text, scope_id, resource, quantity::text, burst, created_at FROM limits',
  'webhook-endpoints': 'SELECT id, url, description, event_types, created_at, disabled_at FROM webhook_endpoints',
  'usage-by-hour': `SELECT bucket_start, meter_key, project_id, api_key_id, deployment_id, device_class, quantity::text FROM usage_rollups WHERE granularity = 'hour'`,
  'audit-events': `SELECT id, occurred_at, actor_kind::text, actor_id, action, target_type, target_id, before, after, personal, request_id, ordinal::float8, encode(hash, 'hex') AS hash, audit_hashed(audit_events) AS hashed FROM audit_events`,
  'support-messages': 'SELECT id, user_id, text, page, is_done, created_at FROM support_messages',
  'request-log': `SELECT id, occurred_at, method, route, path, status, duration_ms, nullif(api_key_id, '${NIL_ID}') AS api_key_id, project_id, deployment_id, request_id, error_code, fallback_reason FROM request_log`,
};

/** All that an organization has, as one tar archive that is written while it is read. */
@Injectable()
export class OrganizationExport {
  private readonly logger = new Logger(OrganizationExport.name);

  constructor(
    private readonly database: Database,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  async stream(tenantId: string): Promise<Readable> {
    await this.database.tenant(tenantId, (transaction) =>
      audit(transaction, tenantId, 'organization.exported', tenantId),
    );
    const archive = pack();
    this.write(tenantId, archive).catch((error: Error) => {
      this.logger.error(error.stack ?? error.message);
      archive.destroy(error);
    });
    return Readable.from(archive);
  }

  private async write(tenantId: string, archive: Pack): Promise<void> {
    for (const [name, sql] of Object.entries(ROWS)) await this.writeRows(tenantId, archive, name, sql);
    for await (const { key } of this.objects.list(`${tenantId}/`)) {
      const [, kind, ...rest] = key.split('/');
      if (kind === 'content' || kind === 'artifacts' || kind === 'reports')
        await this.writeFile(archive, key, `${kind}/${rest.join('/')}`);
    }
    archive.finalize();
  }

  /** A file for each few thousand rows, as an archive wants to know how long a file is before it begins. */
  private async writeRows(tenantId: string, archive: Pack, name: string, sql: string): Promise<void> {
    for (let page = 0; ; page++) {
      const rows = await this.database.tenant(tenantId, (transaction) =>
        sqlOf(transaction).rows<object>(
          `SELECT * FROM (${sql}) AS rows ORDER BY 1, 2 LIMIT ${PAGE} OFFSET ${page * PAGE}`,
        ),
      );
      if (rows.length === 0 && page > 0) return;
      const text = rows.map((row) => JSON.stringify(row)).join('\n');
      await entry(archive, page === 0 ? `${name}.jsonl` : `${name}-${page + 1}.jsonl`, text);
      if (rows.length < PAGE) return;
    }
  }

  private async writeFile(archive: Pack, key: string, name: string): Promise<void> {
    const file = await this.objects.open(key);
    try {
      const { size } = await stat(file.path);
      await pipeline(createReadStream(file.path), archive.entry({ name, size }));
    } finally {
      await file.release();
    }
  }
}

function entry(archive: Pack, name: string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry({ name }, text, (error) => (error ? reject(error) : resolve()));
  });
}
