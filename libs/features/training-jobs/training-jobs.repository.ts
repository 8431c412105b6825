import { Injectable } from '@nestjs/common';
import type { KindKey } from '../../models/kinds/kinds.js';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { pageArguments } from '../../platform/http/page.js';
import { fairOrder } from '../../platform/queue/fair-order.js';
import type { Claim, LeasedTable } from '../../platform/queue/leased-rows.js';
import type { ImportedContent } from '../data-sets/index.js';
import type { Model } from '../models/index.js';
import type { PastTraining } from './training-estimate.js';
import {
  type FailureKind,
  type JobProgress,
  jobProgressSchema,
  type ListTrainingJobsQuery,
  type TrainingJob,
  type TrainingJobEvent,
} from './training-jobs.schema.js';

/** Of which trainings are looked at, for an estimate. */
const PAST_MODELS_MAX = 20;
const PAST_OF_MODEL_MAX = 5;

const withVersion = { modelVersions: { select: { id: true }, orderBy: { ordinal: 'asc' } } } as const;

/** A point that another release wrote in another form is left out: it must not take the job's log with it. */
const storedProgressSchema = jobProgressSchema.nullable().catch(null);

type TrainingJobRow = Prisma.TrainingJobGetPayload<{ include: typeof withVersion }>;

/** What an import left in a data set. */
export type Snapshot = Pick<ImportedContent, 'importId' | 'dataSetId' | 'sha256'>;

export interface NewTrainingJob {
  tenantId: string;
  id: string;
  projectId: string;
  modelId: string;
  /** By role, what to learn from in its order. */
  sources: Record<string, Snapshot[]>;
  memoryBytes: bigint;
  warnings: string[];
}

export interface TrainingEnd {
  finishedAt: Date;
  memoryBytesPeak: number;
  /** In the seconds that are billed. */
  computeSeconds: number;
  warnings: string[];
}

/** What a worker needs of a job that it claimed. */
export interface ClaimedJob extends Claim {
  projectId: string;
  modelId: string;
  family: string;
  task: string;
  recipe: string;
  settings: unknown;
  /** By role, the imports to learn from in their order. */
  sources: Record<string, string[]>;
  /** By role, of what those are. */
  dataSets: Record<string, { dataSetId: string; kind: KindKey }>;
  createdAt: Date;
  /** Label of the workers that it is for; training is priced by it. */
  pool: string;
  memoryBytes: number;
  /** What it is expected to hold, or holds where that is more. */
  memoryBytesHeld: number;
  checkpointKey: string | null;
  checkpointSeconds: number;
  /** Whether a search over recipes is to end with the best that it has found. */
  isEnough: boolean;
  /** Attempts before this one that failed. */
  failures: number;
  /** Time limit of the plan. */
  secondsMax: number;
}

export const TRAINING_JOBS: LeasedTable = {
  name: 'training_jobs',
  lock: 0x7261696e,
  isOpen: "status = 'running'",
  isWaiting: "status = 'queued'",
  onClaim: "status = 'running', started_at = now(), phase = NULL",
  onRelease: "status = 'queued', phase = NULL",
  due: 'available_at',
};

/**
 * The job to claim next, for a worker of the pools $1 and the families $2 (a job of a family that this release does not know waits for
 * another worker). An organization has at most as many running as its plan says. No row where the next does not fit into the memory $3:
 * nothing overtakes it then, so that big jobs do not starve. `claimRows` of platform/queue/leased-rows.ts makes the claim of it.
 */
export const NEXT_TRAINING_JOB = `SELECT tenant_id, id FROM (${fairOrder(
  'training_jobs',
  `SELECT job.tenant_id, job.id, job.created_at, job.memory_bytes
   FROM training_jobs job JOIN models model ON model.tenant_id = job.tenant_id AND model.id = job.model_id
   WHERE status = 'queued' AND available_at <= now() AND pool = ANY($1) AND family = ANY($2)`,
  'plans.training_jobs_max',
)}) next WHERE memory_bytes <= $3::text::float8`;

@Injectable()
export class TrainingJobsRepository {
  /** In the pool that the organization's plan names. */
  async create(transaction: Transaction, job: NewTrainingJob): Promise<TrainingJob> {
    const { pool } = await this.findTerms(transaction, job.tenantId);
    const { sources, ...row } = job;
    const data = { ...row, pool };
    const created = await transaction.trainingJob.create({ data, include: withVersion });
    const { tenantId, id: trainingJobId } = job;
    const pinned = Object.entries(sources).flatMap(([role, imports]) =>
      imports.map(({ importId, dataSetId, sha256: contentSha256 }, segment) => {
        return { tenantId, trainingJobId, role, segment, importId, dataSetId, contentSha256 };
      }),
    );
    await transaction.trainingJobSource.createMany({ data: pinned });
    return toTrainingJob(created);
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

  /** What the model's last training was seen to hold at most; null before the first. */
  async findMemoryPeak(transaction: Transaction, modelId: string): Promise<number | null> {
    const row = await transaction.trainingJob.findFirst({
      where: { modelId, status: 'succeeded', memoryBytesPeak: { not: null } },
      orderBy: { createdAt: 'desc' },
      select: { memoryBytesPeak: true },
    });
    return row && Number(row.memoryBytesPeak);
  }

  /** The latest trainings that succeeded, of the project's models of that recipe, a few of each. */
  findPast(
    transaction: Transaction,
    { id, projectId, family, recipe }: Pick<Model, 'id' | 'projectId' | 'family' | 'recipe'>,
  ): Promise<PastTraining[]> {
    return transaction.$queryRaw`
      SELECT job.model_id = ${id}::uuid AS "isOfModel",
        extract(epoch FROM job.finished_at - job.started_at)::float8 AS seconds,
        job.compute_seconds AS "trainingSeconds",
        (SELECT coalesce(sum(coalesce(imports.rows_held, imports.rows_accepted)), 0)::float8 FROM training_job_sources source
         JOIN imports ON imports.tenant_id = source.tenant_id AND imports.id = source.import_id
         WHERE source.tenant_id = job.tenant_id AND source.training_job_id = job.id) AS rows
      FROM (SELECT tenant_id, id FROM models
            WHERE project_id = ${projectId}::uuid AND family = ${family} AND recipe = ${recipe}
            ORDER BY id = ${id}::uuid DESC, created_at DESC LIMIT ${PAST_MODELS_MAX}) model
      CROSS JOIN LATERAL (SELECT * FROM training_jobs
            WHERE tenant_id = model.tenant_id AND model_id = model.id AND status = 'succeeded'
            ORDER BY created_at DESC LIMIT ${PAST_OF_MODEL_MAX}) job`;
  }

  /** What the organization's plan says of trainings. */
  async findTerms(transaction: Transaction, tenantId: string): Promise<{ pool: string; secondsMax: number }> {
    const { priceVersion } = await transaction.subscription.findUniqueOrThrow({
      where: { tenantId },
      select: { priceVersion: { select: { plan: { select: { trainingPool: true, trainingSecondsMax: true } } } } },
    });
    return { pool: priceVersion.plan.trainingPool, secondsMax: priceVersion.plan.trainingSecondsMax };
  }

  /** Says which worker has it; requires a system transaction. */
  async readClaimed(transaction: Transaction, claim: Claim, worker: string): Promise<ClaimedJob> {
    const { tenantId, id } = claim;
    const row = await transaction.trainingJob.update({
      where: { tenantId_id: { tenantId, id } },
      data: { worker },
      include: {
        model: { include: { sources: { include: { dataSet: { select: { kind: true } } } } } },
        sources: { orderBy: { segment: 'asc' } },
      },
    });
    const { secondsMax } = await this.findTerms(transaction, tenantId);
    const { failures, pool, projectId, modelId, checkpointKey, checkpointSeconds } = row;
    const { family, task, recipe, settings } = row.model;
    const sources: Record<string, string[]> = {};
    for (const { role, importId } of row.sources) (sources[role] ??= []).push(importId);
    const dataSets = Object.fromEntries(
      row.model.sources.map(({ role, dataSetId, dataSet }) => [role, { dataSetId, kind: dataSet.kind as KindKey }]),
    );
    const memoryBytes = Number(row.memoryBytes);
    const isEnough = row.enoughAt !== null;
    const work = { family, task, recipe, settings, sources, dataSets, checkpointKey, checkpointSeconds, isEnough };
    const bounds = { memoryBytes, memoryBytesHeld: memoryBytes, secondsMax };
    return { ...claim, createdAt: row.createdAt, failures, pool, projectId, modelId, ...work, ...bounds };
  }

  /** Says what the job reads, which may have been written anew since it was made. */
  async pinContent(transaction: Transaction, { id }: Claim, { importId, sha256 }: Snapshot): Promise<void> {
    const where = { trainingJobId: id, importId };
    await transaction.trainingJobSource.updateMany({ where, data: { contentSha256: sha256 } });
  }

  /** Requires a system transaction. */
  async findClaimed(transaction: Transaction, claim: Claim): Promise<Claim & { projectId: string; modelId: string }> {
    const { tenantId, id } = claim;
    const select = { projectId: true, modelId: true };
    const where = { tenantId_id: { tenantId, id } };
    return { ...claim, ...(await transaction.trainingJob.findUniqueOrThrow({ where, select })) };
  }

  /** Shows the progress on the job and keeps the points for the curve. */
  async reportProgress(
    transaction: Transaction,
    claim: Claim,
    { phase, ...row }: { progress: number; phase: string; device: string },
    points: JobProgress[],
  ): Promise<boolean> {
    if (!(await this.writeRunning(transaction, claim, { ...row, phase }))) return false;
    const { tenantId, id: jobId, attempt } = claim;
    const data = points.map((point) => ({ tenantId, jobId, attempt, progress: { ...point } }));
    await transaction.trainingJobEvent.createMany({ data });
    return true;
  }

  async addEvent(
    transaction: Transaction,
    { tenantId, id, attempt }: Claim,
    event: { message: string },
  ): Promise<void> {
    // Fenced as every other write: a worker that was thought dead says nothing in another's log.
    await transaction.$executeRaw`
      INSERT INTO training_job_events (tenant_id, job_id, attempt, message)
      SELECT tenant_id, id, attempt, ${event.message} FROM training_jobs
      WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid AND attempt = ${attempt}`;
  }

  async listEvents(transaction: Transaction, jobId: string, after: bigint, limit: number): Promise<TrainingJobEvent[]> {
    const rows = await transaction.trainingJobEvent.findMany({
      where: { jobId, sequence: { gt: after } },
      orderBy: { sequence: 'asc' },
      take: limit,
    });
    return rows.map(({ sequence, attempt, occurredAt, message, progress }) => ({
      sequence: sequence.toString(),
      attempt,
      occurredAt: occurredAt.toISOString(),
      message,
      progress: storedProgressSchema.parse(progress),
    }));
  }

  /** Of what the job has said so far; 0 before it has said anything. */
  async findLastSequence(transaction: Transaction, jobId: string): Promise<bigint> {
    const { _max } = await transaction.trainingJobEvent.aggregate({ where: { jobId }, _max: { sequence: true } });
    return _max.sequence ?? 0n;
  }

  setCheckpoint(
    transaction: Transaction,
    claim: Claim,
    checkpoint: { checkpointKey: string; checkpointSeconds: number },
  ): Promise<boolean> {
    return this.writeRunning(transaction, claim, checkpoint);
  }

  /** Takes the checkpoints of jobs that wait, so that they begin anew; returns their keys. */
  async dropCheckpoints(transaction: Transaction, projectId: string): Promise<string[]> {
    const where = { projectId, status: 'queued' as const, checkpointKey: { not: null } };
    const rows = await transaction.trainingJob.findMany({ where, select: { checkpointKey: true } });
    await transaction.trainingJob.updateMany({ where, data: { checkpointKey: null, checkpointSeconds: 0 } });
    return rows.map(({ checkpointKey }) => checkpointKey!);
  }

  succeed(
    transaction: Transaction,
    claim: Claim,
    { memoryBytesPeak, warnings, ...end }: TrainingEnd,
  ): Promise<boolean> {
    const result = { status: 'succeeded', progress: 1, phase: null, ...end } as const;
    return this.writeRunning(transaction, claim, {
      ...result,
      memoryBytesPeak: BigInt(Math.round(memoryBytesPeak)),
      warnings: { push: warnings },
    });
  }

  fail(transaction: Transaction, claim: Claim, failureKind: FailureKind, failureReason: string): Promise<boolean> {
    const failure = { failureKind, failureReason, finishedAt: new Date() };
    return this.writeRunning(transaction, claim, { status: 'failed', ...failure });
  }

  countFailure(transaction: Transaction, claim: Claim): Promise<boolean> {
    return this.writeRunning(transaction, claim, { failures: { increment: 1 } });
  }

  /** What a job that waits had computed before, locked; null where it computed nothing that is kept, or does not wait. */
  async findWaiting(transaction: Transaction, id: string): Promise<{ pool: string; checkpointSeconds: number } | null> {
    const [row] = await transaction.$queryRaw<{ pool: string; checkpointSeconds: number }[]>`
      SELECT pool, checkpoint_seconds AS "checkpointSeconds" FROM training_jobs
      WHERE id = ${id}::uuid AND status = 'queued' AND checkpoint_seconds > 0 FOR UPDATE`;
    return row ?? null;
  }

  /** False when the job had ended before. */
  async cancel(transaction: Transaction, id: string): Promise<boolean> {
    const { count } = await transaction.trainingJob.updateMany({
      where: { id, status: { in: ['queued', 'running'] } },
      data: { status: 'cancelled', phase: null, finishedAt: new Date() },
    });
    return count === 1;
  }

  /** Asks that the search of a job that compares recipes ends; false where it does not. */
  async askEnough(transaction: Transaction, id: string): Promise<boolean> {
    const where = { id, status: 'running', phase: 'tuning' } as const;
    const { count } = await transaction.trainingJob.updateMany({ where, data: { enoughAt: new Date() } });
    return count === 1;
  }

  /** Of the jobs, those whose search is to end; requires a system transaction. */
  async findEnough(transaction: Transaction, jobs: Claim[]): Promise<Set<string>> {
    if (jobs.length === 0) return new Set();
    const where = { OR: jobs.map(({ tenantId, id }) => ({ tenantId, id })), enoughAt: { not: null } };
    const rows = await transaction.trainingJob.findMany({ where, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  }

  /** Whether it was cancelled while the claim was the latest; locks the row. */
  async isCancelled(transaction: Transaction, { id, attempt }: Claim): Promise<boolean> {
    const rows = await transaction.$queryRaw<unknown[]>`
      SELECT id FROM training_jobs WHERE id = ${id}::uuid AND attempt = ${attempt} AND status = 'cancelled' FOR UPDATE`;
    return rows.length > 0;
  }

  /** The model's job that waits or runs, of which there is one at most. */
  async findActive(transaction: Transaction, modelId: string): Promise<TrainingJob | null> {
    const where = { modelId, status: { in: ['queued', 'running'] } } satisfies Prisma.TrainingJobWhereInput;
    const row = await transaction.trainingJob.findFirst({ where, include: withVersion });
    return row && toTrainingJob(row);
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
  const { id, projectId, modelId, status, progress, phase, warnings, failureReason, failureKind, device } = row;
  const { pool, attempt, startedAt, finishedAt } = row;
  return {
    id,
    projectId,
    modelId,
    status,
    progress,
    phase,
    warnings,
    failureReason,
    failureKind,
    modelVersionIds: row.modelVersions.map((version) => version.id),
    enoughAt: row.enoughAt?.toISOString() ?? null,
    pool,
    device,
    attempt,
    memoryBytesPeak: row.memoryBytesPeak === null ? null : Number(row.memoryBytesPeak),
    durationMs: startedAt && (finishedAt ?? new Date()).getTime() - startedAt.getTime(),
    createdAt: row.createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
