import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { pageArguments } from '../../platform/http/page.js';
import { type Claim, claimRow } from '../../platform/queue/leased-rows.js';
import type { QueueMessage } from '../../platform/queue/queues.js';
import type { Metrics } from '../models/index.js';
import type { ListTrainingJobsQuery, TrainingJob, TuningReport } from './training-jobs.schema.js';

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
export interface ClaimedJob extends Claim {
  tenantId: string;
  projectId: string;
  modelId: string;
  recipe: string;
  settings: unknown;
  interactionsImportId: string;
  itemsImportId: string | null;
}

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
    const claim = await claimRow(transaction, 'training_jobs', id);
    if (!claim) return null;
    const row = await transaction.trainingJob.update({
      where: { tenantId_id: { tenantId, id } },
      data: { startedAt: new Date(), progress: 0 },
      include: { model: true },
    });
    const { projectId, modelId, interactionsImportId, itemsImportId } = row;
    const { recipe, settings } = row.model;
    return { ...claim, tenantId, projectId, modelId, recipe, settings, interactionsImportId, itemsImportId };
  }

  reportProgress(
    transaction: Transaction,
    claim: Claim,
    progress: { progress: number; phase: string; device: string },
  ): Promise<boolean> {
    return this.writeRunning(transaction, claim, progress);
  }

  succeed(
    transaction: Transaction,
    claim: Claim,
    { metrics, tuningReport }: { metrics: Metrics; tuningReport: TuningReport | null },
    finishedAt: Date,
  ): Promise<boolean> {
    const result = { status: 'succeeded', progress: 1, phase: null, finishedAt } as const;
    return this.writeRunning(transaction, claim, {
      ...result,
      metrics: metrics as unknown as Prisma.InputJsonObject,
      ...(tuningReport && { tuningReport: tuningReport as unknown as Prisma.InputJsonObject }),
    });
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
    tuningReport: row.tuningReport as unknown as TuningReport | null,
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
