import { Inject, Injectable } from '@nestjs/common';
import { kinds } from '../../models/kinds/kinds.js';
import { judgeAll } from '../../models/kinds/verdict.js';
import { findRecipe } from '../../models/manifests.js';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { isUniqueViolation } from '../../platform/database/errors.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { DataSetsService, type LearntContent, LearntRows } from '../data-sets/index.js';
import { LimitsService } from '../limits/index.js';
import { type Model, ModelsService } from '../models/index.js';
import { ProjectsService } from '../projects/index.js';
import { SignUpsService } from '../sign-ups/index.js';
import { UsageService } from '../usage/index.js';
import { WebhooksService } from '../webhooks/index.js';
import { checkpointKeysOf } from './checkpoint-key.js';
import { estimateTraining } from './training-estimate.js';
import { dataSetEmpty, jobEnded, notEnoughData, nothingCompared } from './training-jobs.errors.js';
import { TrainingJobsRepository } from './training-jobs.repository.js';
import type {
  CreateTrainingJob,
  ListTrainingJobsQuery,
  TrainingEstimate,
  TrainingJob,
} from './training-jobs.schema.js';
import { trainingUse } from './training-use.js';

/** What a training process holds before it has read anything. */
const PROCESS_BYTES = 200e6;
/** A model whose training was measured may have grown a little since. */
const GROWTH = 1.25;

@Injectable()
export class TrainingJobsService {
  constructor(
    private readonly database: Database,
    private readonly repository: TrainingJobsRepository,
    private readonly projects: ProjectsService,
    private readonly models: ModelsService,
    private readonly dataSets: DataSetsService,
    private readonly learnt: LearntRows,
    private readonly limits: LimitsService,
    private readonly signUps: SignUpsService,
    private readonly webhooks: WebhooksService,
    private readonly usage: UsageService,
    private readonly clock: Clock,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  /**
   * Queues a job on the rows that the model's data sets hold now, unless one of the model waits or runs: then it is that one.
   *
   * @throws Problem 402 or 429 where a quota or spend cap leaves nothing to train with; 403 where the organization may not train yet; 409 where
   * there is not enough data and nobody said to train all the same
   */
  async create(
    tenantId: string,
    projectId: string,
    modelId: string,
    options: CreateTrainingJob,
  ): Promise<{ job: TrainingJob; isNew: boolean }> {
    const find = () =>
      this.database.tenant(tenantId, (transaction) => this.repository.findActive(transaction, modelId));
    await this.signUps.requireClearance(tenantId);
    try {
      return await this.queue(tenantId, projectId, modelId, options);
    } catch (error) {
      // Another call queued one in the same moment.
      const job = isUniqueViolation(error) && (await find());
      if (job) return { job, isNew: false };
      throw error;
    }
  }

  private async queue(tenantId: string, projectId: string, modelId: string, { despiteVerdict }: CreateTrainingJob) {
    const { sources, known } = await this.database.tenant(tenantId, async (transaction) => {
      const found = await this.models.require(transaction, projectId, modelId);
      return { sources: found.sources, known: await this.repository.findActive(transaction, found.id) };
    });
    if (known) return { job: known, isNew: false };
    const described = await this.describeAll(tenantId, projectId, sources);
    return this.database.tenant(tenantId, async (transaction) => {
      const model = await this.models.require(transaction, projectId, modelId);
      const active = await this.repository.findActive(transaction, model.id);
      if (active) return { job: active, isNew: false };
      await this.limits.requireThing(transaction, tenantId, 'training_jobs');
      await this.limits.requireThing(transaction, tenantId, 'model_versions');
      await this.limits.requireThing(transaction, tenantId, 'bytes_stored');
      await this.limits.requireUnit(transaction, { tenantId, projectId }, 'training_seconds');
      const contents: Record<string, LearntContent> = {};
      for (const [role, content] of Object.entries(described)) {
        if (!content) throw dataSetEmpty((await this.dataSets.require(transaction, projectId, sources[role]!)).name);
        contents[role] = content;
      }
      const { verdict, findings } = judge(Object.values(contents));
      if (!verdict.isEnough && !despiteVerdict) throw notEnoughData(verdict.because);
      const measured = await this.repository.findMemoryPeak(transaction, model.id);
      const job = await this.repository.create(transaction, {
        tenantId,
        id: newId(),
        projectId,
        modelId,
        sources: Object.fromEntries(Object.entries(contents).map(([role, content]) => [role, [content]])),
        memoryBytes: BigInt(Math.ceil(measured === null ? expectedMemory(model, contents) : GROWTH * measured)),
        warnings: findings.map(({ sentence }) => sentence),
      });
      await audit(transaction, tenantId, 'training_job.created', job.id, {
        after: { projectId, modelId, ...(!verdict.isEnough && { despiteVerdict }) },
      });
      return { job, isNew: true };
    });
  }

  get(tenantId: string, projectId: string, jobId: string): Promise<TrainingJob> {
    return this.database.tenant(tenantId, (transaction) => this.require(transaction, projectId, jobId));
  }

  list(tenantId: string, projectId: string, query: ListTrainingJobsQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      return toPage(await this.repository.list(transaction, projectId, query), query);
    });
  }

  /** What a training on the rows that the model's data sets hold now may take and cost. */
  async estimate(tenantId: string, projectId: string, modelId: string): Promise<TrainingEstimate> {
    const model = await this.database.tenant(tenantId, (transaction) =>
      this.models.require(transaction, projectId, modelId),
    );
    const described = Object.values(await this.describeAll(tenantId, projectId, model.sources));
    const found = described.filter((content) => content !== null);
    const contents = found.length === described.length ? found : null;
    return this.database.tenant(tenantId, async (transaction) => {
      const rows = contents && contents.reduce((sum, content) => sum + content.rows, 0);
      const { pool, secondsMax } = await this.repository.findTerms(transaction, tenantId);
      const caller = { tenantId, projectId: model.projectId };
      const left = await this.limits.unitsLeft(transaction, caller, 'training_seconds', pool);
      const { currency, used, included, costOf } = await this.limits.standing(
        transaction,
        tenantId,
        'training_seconds',
        pool,
      );
      const time = rows === null ? null : estimateTraining(rows, await this.repository.findPast(transaction, model));
      const most = Math.min(secondsMax, left);
      // Whatever it would come to: there the job ends.
      const within = (range: { least: number; most: number }) => {
        return { least: Math.min(range.least, most), most: Math.min(range.most, most) };
      };
      const trainingSeconds = time && within(time.trainingSeconds);
      return {
        verdict: contents && judge(contents).verdict,
        rows,
        seconds: time?.seconds ?? null,
        trainingSeconds,
        basedOn: time?.basedOn ?? null,
        secondsMax: most,
        includedSeconds: included,
        usedSeconds: used,
        currency,
        cost: trainingSeconds && { least: costOf(trainingSeconds.least), most: costOf(trainingSeconds.most) },
      };
    });
  }

  /**
   * Asks a running job to end its search with the best so far; its worker, or the next one where that vanishes, sees it on the row.
   *
   * @throws Problem 409 where the job has ended, or compares nothing
   */
  endSearch(tenantId: string, projectId: string, jobId: string): Promise<TrainingJob> {
    return this.database.tenant(tenantId, async (transaction) => {
      const job = await this.require(transaction, projectId, jobId);
      if (job.finishedAt) throw jobEnded(job.status);
      if (job.enoughAt) return job;
      if (!(await this.repository.askEnough(transaction, job.id))) throw nothingCompared();
      await audit(transaction, tenantId, 'training_job.search_ended', job.id, { after: { projectId: job.projectId } });
      return this.require(transaction, projectId, jobId);
    });
  }

  /** Ends a job that waits at once; a running one's worker hears of it within a fifth of a second. */
  async cancel(tenantId: string, projectId: string, jobId: string): Promise<TrainingJob> {
    const cancelled = await this.database.tenant(tenantId, async (transaction) => {
      const { id, status, ...job } = await this.require(transaction, projectId, jobId);
      const waited = await this.repository.findWaiting(transaction, id);
      if (!(await this.repository.cancel(transaction, id))) throw jobEnded(status);
      const change = { before: { status }, after: { status: 'cancelled' } };
      await audit(transaction, tenantId, 'training_job.cancelled', id, change);
      // What a worker that was restarted had computed; of a running job its worker says.
      if (waited) {
        const { pool, checkpointSeconds } = waited;
        const now = this.clock.now();
        const use = trainingUse({ id, tenantId, projectId: job.projectId, pool }, checkpointSeconds, now, now);
        await this.usage.recordIn(transaction, use);
      }
      const event = { trainingJobId: id, projectId: job.projectId, modelId: job.modelId };
      await this.webhooks.emit(transaction, tenantId, 'training_job.cancelled', event);
      return this.require(transaction, projectId, jobId);
    });
    for (const key of checkpointKeysOf(tenantId, cancelled.id, cancelled.attempt)) await this.objects.delete(key);
    return cancelled;
  }

  /** @throws Problem 404 where the job is not in this project of this tenant */
  async require(transaction: Transaction, projectId: string, jobId: string): Promise<TrainingJob> {
    const id = parseId('training job', jobId);
    const job = await this.repository.find(transaction, parseId('project', projectId), id);
    if (!job) throw notFound('training job', jobId);
    return job;
  }

  /** What a training would learn from, by role; null of a data set that is empty. */
  private async describeAll(tenantId: string, projectId: string, sources: Model['sources']) {
    const described: Record<string, LearntContent | null> = {};
    for (const [role, dataSetId] of Object.entries(sources))
      described[role] = await this.learnt.describe(tenantId, projectId, dataSetId);
    return described;
  }
}

/** What is too much to be looked at is enough. */
const judge = (contents: LearntContent[]) =>
  judgeAll(
    contents
      .filter(({ isUnjudged }) => !isUnjudged)
      .map(({ kind, rows, statistics }) => ({ kind: kinds[kind], rows, statistics })),
  );

function expectedMemory({ family, recipe, settings }: Model, contents: Record<string, LearntContent>): number {
  const read = Object.values(contents).reduce((sum, { kind, rows }) => sum + kinds[kind].rowBytes * rows, 0);
  // A recipe that is no more is refused by the trainer, which takes no memory for it.
  return PROCESS_BYTES + read + (findRecipe(family, recipe)?.memoryBytes(settings, contents) ?? 0);
}
