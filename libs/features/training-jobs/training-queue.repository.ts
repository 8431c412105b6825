import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { allOf } from '../../platform/database/lists.js';
import { LEASE_SECONDS } from '../../platform/queue/leased-rows.js';
import type { ListAllTrainingJobsQuery, OperatorTrainingJob, TrainingQueue, Workers } from './training-queue.schema.js';

type Dated<T, K extends keyof T> = Omit<T, K> & { [key in K]: Date | Extract<T[key], null> };
type JobRow = Dated<OperatorTrainingJob, 'createdAt' | 'finishedAt'>;
type PoolRow = Dated<TrainingQueue['pools'][number], 'oldestWaitingAt'>;
type WorkerRow = Dated<Workers['workers'][number], 'seenAt'>;

/** Reads jobs over all tenants; each method requires a system transaction. */
@Injectable()
export class TrainingQueueRepository {
  /** Newest first, a row more than the page holds. */
  async listJobs(
    transaction: Transaction,
    { status, organizationId, cursor, limit }: ListAllTrainingJobsQuery,
  ): Promise<OperatorTrainingJob[]> {
    const filters = [
      ...(status ? [Prisma.sql`status = ${status}::training_job_status`] : []),
      ...(organizationId ? [Prisma.sql`tenant_id = ${organizationId}::uuid`] : []),
      ...(cursor ? [Prisma.sql`id < ${cursor}::uuid`] : []),
    ];
    const rows = await transaction.$queryRaw<JobRow[]>`
      SELECT job.id, status::text, progress, pool, worker, device, attempt, failure_kind::text AS "failureKind",
        failure_reason AS "failureReason", job.created_at AS "createdAt", finished_at AS "finishedAt",
        json_build_object('id', organization.id, 'name', organization.name) AS organization,
        json_build_object('id', project.id, 'name', project.name) AS project,
        json_build_object('id', model.id, 'name', model.name, 'recipe', model.recipe) AS model,
        extract(epoch FROM coalesce(CASE WHEN status <> 'queued' THEN started_at END, finished_at, now()) - job.created_at)::float8
          AS "waitingSeconds",
        CASE WHEN status <> 'queued' THEN extract(epoch FROM coalesce(finished_at, now()) - started_at)::float8 END AS "runningSeconds",
        coalesce((SELECT quantity::float8 FROM usage_events
          WHERE tenant_id = job.tenant_id AND id = job.id AND meter_key = 'training_seconds'), checkpoint_seconds) AS "computeSeconds"
      FROM (
        SELECT * FROM training_jobs ${allOf(filters)}
        ORDER BY id DESC LIMIT ${limit + 1}) job
      JOIN organizations organization ON organization.id = job.tenant_id
      JOIN projects project ON project.tenant_id = job.tenant_id AND project.id = job.project_id
      JOIN models model ON model.tenant_id = job.tenant_id AND model.id = job.model_id
      ORDER BY job.id DESC`;
    return rows.map((row) => ({
      ...row,
      createdAt: row.createdAt.toISOString(),
      finishedAt: row.finishedAt?.toISOString() ?? null,
    }));
  }

  async countByPool(transaction: Transaction): Promise<TrainingQueue['pools']> {
    const rows = await transaction.$queryRaw<PoolRow[]>`
      SELECT pool, count(*) FILTER (WHERE status = 'queued')::int AS waiting, count(*) FILTER (WHERE status = 'running')::int AS running,
        min(created_at) FILTER (WHERE status = 'queued') AS "oldestWaitingAt"
      FROM training_jobs WHERE status IN ('queued', 'running') GROUP BY pool ORDER BY pool`;
    return rows.map((row) => ({ ...row, oldestWaitingAt: row.oldestWaitingAt?.toISOString() ?? null }));
  }

  /** No row says which workers there are: those that hold a job are known by its lease, and those that wait for one are not. */
  async listWorkers(transaction: Transaction): Promise<Workers['workers']> {
    const rows = await transaction.$queryRaw<WorkerRow[]>`
      SELECT worker, array_agg(DISTINCT pool ORDER BY pool) AS pools, count(*)::int AS running,
        coalesce(array_agg(DISTINCT device ORDER BY device) FILTER (WHERE device IS NOT NULL), '{}') AS devices,
        max(lease_expires_at) - make_interval(secs => ${LEASE_SECONDS}::int) AS "seenAt", min(lease_expires_at) < now() AS "isSilent"
      FROM training_jobs WHERE status = 'running' AND worker IS NOT NULL AND lease_expires_at IS NOT NULL
      GROUP BY worker ORDER BY worker`;
    return rows.map((row) => ({ ...row, seenAt: row.seenAt.toISOString() }));
  }
}
