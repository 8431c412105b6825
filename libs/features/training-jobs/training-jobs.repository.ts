import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { pageArguments } from '../../platform/http/page.js';
import { LEASE_SECONDS, MESSAGE_LOST_SECONDS } from '../../platform/queue/lease.js';
import type { QueueMessage } from '../../platform/queue/queues.js';
import type { Metrics } from '../models/index.js';
import type { ListTrainingJobsQuery, TrainingJob } from './training-jobs.schema.js';

const withVersion = { modelVersion: { select: { id: true } } } as const;

type TrainingJobRow = Prisma.TrainingJobGetPayload<{ include: typeof withVersion }>;

export interface NewTrainingJob {
  tenantId: string;
  id: string;
  projectId: string;
  modelId: string;
  interactionsImportId: string;
  itemsImportId: string | null;
  warnings: string[];
}

/** What a worker needs of a job that it claimed. */
export interface ClaimedJob {
  tenantId: string;
  id: string;
  projectId: string;
  modelId: string;
  recipe: string;
  settings: unknown;
  interactionsImportId: string;
  itemsImportId: string | null;
  /** The fencing token of this claim. */
  attempt: number;
  startedAt: Date;
}

type Claim = Pick<ClaimedJob, 'id' | 'attempt'>;

@Injectable()
export class TrainingJobsRepository {
  async create(transaction: Transaction, job: NewTrainingJob): Promise<TrainingJob> {
    return toTrainingJob(await transaction.trainingJob.create({ data: job, include: withVersion }));
  }

  async find(transaction: Transaction, projectId: string, id: string): Promise<TrainingJob | null> {
    const row = await transaction.trainingJob.findFirst({ where: { id, projectId }, include: withVersion });
    return row && toTrainingJob(row);
  }

  async list(transaction: Transaction, projectId: string, query: ListTrainingJobsQuery): Promise<TrainingJob[]> {
    const page = pageArguments(query);
    const where = { ...page.where, projectId, ...(query.modelId && { modelId: query.modelId }) };
    return (await transaction.trainingJob.findMany({ ...page, where, include: withVersion })).map(toTrainingJob);
  }

  /** Takes a waiting job, or one whose worker fell silent; null when it is not to be had. */
  async claim(transaction: Transaction, { tenantId, id }: QueueMessage): Promise<ClaimedJob | null> {
    const claimed = await transaction.$queryRaw<unknown[]>`
      UPDATE training_jobs SET status = 'running', attempt = attempt + 1, started_at = now(), progress = 0,
        lease_expires_at = now() + make_interval(secs => ${LEASE_SECONDS})
      WHERE id = ${id}::uuid AND (status = 'queued' OR (status = 'running' AND lease_expires_at < now()))
      RETURNING id`;
    if (claimed.length === 0) return null;
    const row = await transaction.trainingJob.findFirstOrThrow({ where: { id }, include: { model: true } });
    const { projectId, modelId, interactionsImportId, itemsImportId, attempt } = row;
    const { recipe, settings } = row.model;
    return {
      tenantId,
      id,
      projectId,
      modelId,
      recipe,
      settings,
      interactionsImportId,
      itemsImportId,
      attempt,
      startedAt: row.startedAt!,
    };
  }

  extendLease(transaction: Transaction, claim: Claim): Promise<boolean> {
    return this.writeRunning(transaction, claim, { leaseExpiresAt: new Date(Date.now() + LEASE_SECONDS * 1000) });
  }

  reportProgress(
    transaction: Transaction,
    claim: Claim,
    progress: { progress: number; phase: string; device: string },
  ): Promise<boolean> {
    return this.writeRunning(transaction, claim, progress);
  }

  succeed(transaction: Transaction, claim: Claim, metrics: Metrics, finishedAt: Date): Promise<boolean> {
    const result = { status: 'succeeded', progress: 1, phase: null, finishedAt } as const;
    return this.writeRunning(transaction, claim, { ...result, metrics: metrics as unknown as Prisma.InputJsonObject });
  }

  fail(transaction: Transaction, claim: Claim, failureReason: string): Promise<boolean> {
    return this.writeRunning(transaction, claim, { status: 'failed', failureReason, finishedAt: new Date() });
  }

  /** False when the job had ended before. */
  async cancel(transaction: Transaction, id: string): Promise<boolean> {
    const { count } = await transaction.trainingJob.updateMany({
      where: { id, status: { in: ['queued', 'running'] } },
      data: { status: 'cancelled', phase: null, finishedAt: new Date() },
    });
    return count === 1;
  }

  /** Jobs of any tenant that nobody works on though they should be; wants a system transaction. */
  findStranded(transaction: Transaction): Promise<(QueueMessage & { attempt: number })[]> {
    return transaction.$queryRaw`
      SELECT tenant_id AS "tenantId", id, attempt FROM training_jobs
      WHERE (status = 'queued' AND created_at < now() - make_interval(secs => ${MESSAGE_LOST_SECONDS}))
         OR (status = 'running' AND lease_expires_at < now())
      LIMIT 1000`;
  }

  /** Writes only while the claim is the latest and the job still runs: a worker that was thought dead changes nothing. */
  private async writeRunning(
    transaction: Transaction,
    { id, attempt }: Claim,
    data: Prisma.TrainingJobUpdateManyMutationInput,
  ) {
    const { count } = await transaction.trainingJob.updateMany({ where: { id, attempt, status: 'running' }, data });
    return count === 1;
  }
}

function toTrainingJob(row: TrainingJobRow): TrainingJob {
  const { id, projectId, modelId, status, progress, phase, warnings, failureReason, device, startedAt, finishedAt } =
    row;
  return {
    id,
    projectId,
    modelId,
    status,
    progress,
    phase,
    metrics: row.metrics as unknown as Metrics | null,
    warnings,
    failureReason,
    modelVersionId: row.modelVersion?.id ?? null,
    device,
    durationMs: startedAt && (finishedAt ?? new Date()).getTime() - startedAt.getTime(),
    createdAt: row.createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
