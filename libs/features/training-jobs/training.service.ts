import { Readable } from 'node:stream';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { TrainingProgress, TrainingResult } from '../../models/family.js';
import { findRecipe } from '../../models/manifests.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { newId } from '../../platform/http/ids.js';
import { type LocalFile, OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { ATTEMPTS_MAX, LeaseLostError, withLease } from '../../platform/queue/lease.js';
import { extendLease, findStranded } from '../../platform/queue/leased-rows.js';
import { Queue } from '../../platform/queue/queue.js';
import type { QueueMessage } from '../../platform/queue/queues.js';
import { sha256Hex } from '../../platform/secrets/secrets.js';
import { DataSetsService } from '../data-sets/index.js';
import { ModelsService } from '../models/index.js';
import { UsageService } from '../usage/index.js';
import { TrainingFailedError, TrainingRunner } from './training-runner.js';
import { type ClaimedJob, TrainingJobsRepository } from './training-jobs.repository.js';

const PROGRESS_INTERVAL_MS = 500;

/** The worker's half: carries out training jobs. */
@Injectable()
export class TrainingService {
  private readonly logger = new Logger(TrainingService.name);

  constructor(
    private readonly database: Database,
    private readonly repository: TrainingJobsRepository,
    private readonly models: ModelsService,
    private readonly dataSets: DataSetsService,
    private readonly usage: UsageService,
    private readonly queue: Queue,
    private readonly runner: TrainingRunner,
    private readonly clock: Clock,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  /** Carries out one job; does nothing when another worker has it or it has ended. */
  async run(message: QueueMessage): Promise<void> {
    const job = await this.database.tenant(message.tenantId, (transaction) =>
      this.repository.claim(transaction, message),
    );
    if (!job) return;
    // What is billed is measured by a clock that nobody can set.
    const startedMs = performance.now();
    const extend = () =>
      this.database.tenant(job.tenantId, (transaction) => extendLease(transaction, 'training_jobs', job));
    try {
      await withLease(extend, async (signal) => this.complete(job, await this.train(job, signal), startedMs));
    } catch (error) {
      if (error instanceof LeaseLostError) this.logger.log(`training job ${job.id}: ${error.message}`);
      else await this.fail(job, error as Error);
    }
  }

  /** Sends lost messages again and gives up on jobs that no worker survived. */
  async sweep(): Promise<void> {
    for (const { tenantId, id, attempt } of await this.database.system((transaction) =>
      findStranded(transaction, 'training_jobs'),
    )) {
      await this.database.tenant(tenantId, async (transaction) => {
        if (attempt < ATTEMPTS_MAX) return this.queue.send(transaction, 'training-jobs', { tenantId, id });
        const reason =
          `Training was tried ${ATTEMPTS_MAX} times and each time the worker stopped, most likely out of memory. ` +
          'Try fewer factors or less data. Your live versions are untouched.';
        await this.repository.fail(transaction, { id, attempt }, reason);
      });
    }
  }

  private async train(job: ClaimedJob, signal: AbortSignal): Promise<TrainingResult> {
    const files: LocalFile[] = [];
    const open = async (importId: string): Promise<string> => {
      const content = await this.database.tenant(job.tenantId, (transaction) =>
        this.dataSets.findContent(transaction, importId),
      );
      if (!content) throw new TrainingFailedError('The data that the job was to learn from is gone: upload it again.');
      const file = await this.objects.open(content.contentKey);
      files.push(file);
      return file.path;
    };
    try {
      const task = {
        family: findRecipe(job.recipe)!.family,
        recipe: job.recipe,
        settings: job.settings,
        seed: 1,
        interactionsFile: await open(job.interactionsImportId),
        itemsFile: job.itemsImportId ? await open(job.itemsImportId) : undefined,
      };
      return await this.runner.run(task, this.progressWriter(job), signal);
    } finally {
      for (const file of files) await file.release();
    }
  }

  /** Stores the artifact, then in one transaction ends the job, adds the version and meters the time: all or nothing. */
  private async complete(job: ClaimedJob, result: TrainingResult, startedMs: number): Promise<void> {
    const { artifact, metrics, report: tuningReport } = result;
    const modelVersionId = newId();
    const artifactKey = `${job.tenantId}/artifacts/${modelVersionId}`;
    await this.objects.put(artifactKey, Readable.from([artifact]));
    const artifactSha256 = await sha256Hex(artifact);
    const finishedAt = this.clock.now();
    const seconds = Math.max(1, Math.ceil((performance.now() - startedMs) / 1000));
    const { tenantId, projectId, modelId, id: trainingJobId } = job;
    const isOurs = await this.database.tenant(tenantId, async (transaction) => {
      if (!(await this.repository.succeed(transaction, job, { metrics, tuningReport }, finishedAt))) return false;
      const stored = { artifactKey, artifactSha256, artifactBytes: artifact.byteLength };
      await this.models.addVersion(transaction, {
        id: modelVersionId,
        tenantId,
        projectId,
        modelId,
        trainingJobId,
        metrics,
        ...stored,
      });
      const event = { id: trainingJobId, tenantId, meter: 'training_seconds' as const, quantity: seconds, projectId };
      await this.usage.recordIn(transaction, { ...event, occurredAt: finishedAt });
      return true;
    });
    if (!isOurs) await this.objects.delete(artifactKey);
  }

  private async fail(job: ClaimedJob, error: Error): Promise<void> {
    const isExpected = error instanceof TrainingFailedError;
    if (!isExpected) this.logger.error({ msg: `training job ${job.id} failed`, err: error });
    const reason = isExpected
      ? error.message
      : `Training stopped with an error that is ours to mend: quote job ${job.id} to support. Your live versions are untouched.`;
    await this.database.tenant(job.tenantId, (transaction) => this.repository.fail(transaction, job, reason));
  }

  /** Writes progress now and then, one write at a time; a lost write matters to nobody. */
  private progressWriter(job: ClaimedJob): (progress: TrainingProgress) => void {
    let lastWriteMs = 0;
    let isWriting = false;
    return ({ progress, phase, epoch, epochs }) => {
      if (isWriting || Date.now() - lastWriteMs < PROGRESS_INTERVAL_MS) return;
      isWriting = true;
      lastWriteMs = Date.now();
      const text = epochs > 0 && phase.endsWith('fitting') ? `${phase} ${epoch}/${epochs}` : phase;
      const row = { progress, phase: text, device: this.runner.device };
      void this.database
        .tenant(job.tenantId, (transaction) => this.repository.reportProgress(transaction, job, row))
        .catch(() => {})
        .finally(() => (isWriting = false));
    };
  }
}
