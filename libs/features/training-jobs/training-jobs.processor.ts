import { createReadStream } from 'node:fs';
import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { kinds } from '../../models/kinds/kinds.js';
import { type FamilyKey, manifests } from '../../models/manifests.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { newId, NIL_ID } from '../../platform/http/ids.js';
import { isDiskFull } from '../../platform/object-store/disk-full.js';
import { type LocalFile, OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { type Claim, type LostClaim, releaseRow } from '../../platform/queue/leased-rows.js';
import { type ClaimOrder, LeasedWork, LeaseLostError } from '../../platform/queue/leased-work.js';
import { AddedRows, DataSetsService } from '../data-sets/index.js';
import { UserMergesRepository } from '../end-users/index.js';
import { LimitsService } from '../limits/index.js';
import { ModelsService, type NewModelVersion } from '../models/index.js';
import { UsageService } from '../usage/index.js';
import { WebhooksService } from '../webhooks/index.js';
import { checkpointKeyOf, checkpointKeysOf } from './checkpoint-key.js';
import { ProgressWriter } from './progress-writer.js';
import {
  type ClaimedJob,
  NEXT_TRAINING_JOB,
  TRAINING_JOBS,
  TrainingJobsRepository,
} from './training-jobs.repository.js';
import type { FailureKind } from './training-jobs.schema.js';
import {
  type SourceFiles,
  type Trained,
  type TrainedFiles,
  TrainingCrashedError,
  TrainingFailedError,
  TrainingRunner,
  TrainingStoppedError,
  type TrainingTask,
} from './training-runner.js';
import { trainingUse } from './training-use.js';

/** Tries that end in an error or a crash of the training itself. */
const FAILURES_MAX = 3;
/** Workers that vanish under a job. That is seldom its fault, but a job that takes its machine down must end some time. */
const LOSSES_MAX = 10;
/** A job that is cancelled stops within twice that. */
const WATCH_MS = 100;
/** Before the second try; doubled before each that follows. */
const RETRY_SECONDS = 2;
/** How long a job may hold its place for each second that it may compute, and before it computes at all. */
const WALL_FACTOR = 6;
const WALL_SECONDS = 600;
const MERGES_PAGE = 10_000;
/** What goes wrong within the platform is for the log, not for the customer. */
const INTERNAL_ERROR = 'it met an internal error';
const DISK_FULL = 'the machine that trained ran out of disk space';
const LIVE_VERSIONS_SAFE = 'Your live versions are untouched.';
const LOST_TOO_OFTEN = `The worker that trained stopped ${LOSSES_MAX} times, most likely out of memory. Try smaller settings or less data. ${LIVE_VERSIONS_SAFE}`;

/**
 * Keeps the device busy: small jobs side by side as far as its memory goes, a job that is bigger than that alone. Which job is
 * next is decided by the table of jobs itself (docs/adr/0010).
 */
@Injectable()
export class TrainingJobsProcessor extends LeasedWork<ClaimedJob> {
  protected readonly table = TRAINING_JOBS;
  protected readonly most: number;
  protected override readonly lossesMax = LOSSES_MAX;
  protected override readonly watchMs = WATCH_MS;
  private readonly worker = `${hostname()}:${process.pid}`;
  /** As of the last beat of a lease. */
  private isServing = false;

  constructor(
    database: Database,
    private readonly repository: TrainingJobsRepository,
    private readonly models: ModelsService,
    private readonly dataSets: DataSetsService,
    private readonly addedRows: AddedRows,
    private readonly merges: UserMergesRepository,
    private readonly usage: UsageService,
    private readonly limits: LimitsService,
    private readonly webhooks: WebhooksService,
    private readonly runner: TrainingRunner,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {
    super(database);
    this.most = config.KINDRED_WORKER_JOBS;
  }

  protected override order(): ClaimOrder {
    const pools = this.config.KINDRED_WORKER_POOLS;
    return [NEXT_TRAINING_JOB, pools, Object.keys(manifests), String(this.memoryBytesFree())];
  }

  protected override read(transaction: Transaction, claims: Claim[]): Promise<ClaimedJob[]> {
    return Promise.all(claims.map((claim) => this.repository.readClaimed(transaction, claim, this.worker)));
  }

  protected override async carryOut(job: ClaimedJob, lease: AbortSignal): Promise<void> {
    const attempt = new Attempt(job, this.clock.now());
    try {
      await this.train(attempt, lease);
      await this.deleteCheckpoints(job);
    } catch (error) {
      await this.endWithout(attempt, error as Error);
    }
    await this.meterCancelled(attempt);
  }

  protected override async giveUp(transaction: Transaction, lost: LostClaim): Promise<void> {
    const job = await this.repository.findClaimed(transaction, lost);
    await this.failIn(transaction, job, 'gave_up', LOST_TOO_OFTEN);
  }

  protected override async afterLoss(lost: LostClaim, isGivenUp: boolean): Promise<void> {
    if (isGivenUp) await this.deleteCheckpoints(lost);
    else await this.log(lost, 'The worker stopped; another one takes up the job.');
  }

  protected override async extend(): Promise<void> {
    await super.extend();
    this.isServing = await this.limits.isServingHere();
    const held = [...this.running.keys()];
    if (held.length === 0) return;
    const enough = await this.database.system((transaction) => this.repository.findEnough(transaction, held));
    for (const job of held) job.isEnough ||= enough.has(job.id);
  }

  /** Infinity while none runs, so that a big job gets the device whole. */
  private memoryBytesFree(): number {
    if (this.running.size === 0) return Infinity;
    const held = [...this.running.keys()].reduce((sum, { memoryBytesHeld }) => sum + memoryBytesHeld, 0);
    return this.config.KINDRED_WORKER_MEMORY_BYTES - held;
  }

  /** A job may be cancelled at any moment, its last one too; where another worker has it, it is theirs to meter. */
  private async meterCancelled(attempt: Attempt): Promise<void> {
    await this.database.tenant(attempt.job.tenantId, async (transaction) => {
      if (await this.repository.isCancelled(transaction, attempt.job)) await this.meter(transaction, attempt);
    });
  }

  private async train(attempt: Attempt, lease: AbortSignal): Promise<void> {
    const { job } = attempt;
    const files: LocalFile[] = [];
    const open = async (key: string): Promise<string> => {
      const file = await this.objects.open(key);
      files.push(file);
      return file.path;
    };
    const progress = new ProgressWriter(this.database, this.repository, job);
    const limit = new AbortController();
    const secondsMax = await this.secondsMaxOf(job);
    const reached = new TimeLimitError(secondsMax, secondsMax < job.secondsMax);
    // A job that waits without computing holds a place in the worker all the same.
    const wallSeconds = WALL_SECONDS + WALL_FACTOR * Math.max(1, secondsMax - job.checkpointSeconds);
    const timer = setTimeout(() => limit.abort(new WallLimitError(wallSeconds)), 1000 * wallSeconds);
    try {
      await this.runner.run(await this.taskOf(job, open, files), {
        onReport: (report) => {
          attempt.recordMemory(report.memoryBytes);
          progress.report(report);
        },
        onCompute: (seconds) => {
          attempt.computeSeconds = seconds;
          if (attempt.seconds() > secondsMax) limit.abort(reached);
        },
        onLog: (line) => void this.log(job, line),
        onCheckpoint: (file) => this.storeCheckpoint(attempt, file),
        onResult: async (trained) => {
          await progress.settle();
          await this.complete(attempt, trained);
        },
        isServing: () => this.isServing,
        isEnough: () => job.isEnough,
        signal: AbortSignal.any([lease, limit.signal]),
        stop: this.stopping.signal,
      });
    } finally {
      clearTimeout(timer);
      await progress.settle();
      for (const file of files) await file.release();
    }
  }

  /** The plan's limit for one job, or what quotas and spend caps leave for it where that is less. */
  private async secondsMaxOf({ tenantId, projectId, pool, secondsMax }: ClaimedJob): Promise<number> {
    const left = await this.database.tenant(tenantId, (transaction) =>
      this.limits.unitsLeft(transaction, { tenantId, projectId }, 'training_seconds', pool),
    );
    return Math.min(secondsMax, left);
  }

  private async taskOf(
    job: ClaimedJob,
    open: (key: string) => Promise<string>,
    files: LocalFile[],
  ): Promise<TrainingTask> {
    const sources: Record<string, SourceFiles> = {};
    for (const [role, imports] of Object.entries(job.sources))
      sources[role] = await this.openSource(job, role, imports, open, files);
    return {
      family: job.family as FamilyKey,
      recipe: job.recipe,
      settings: job.settings,
      seed: 1,
      sources,
      checkpointFile: job.checkpointKey ? await this.openCheckpoint(job, job.checkpointKey, open) : undefined,
      memoryBytesMax: this.config.KINDRED_WORKER_MEMORY_BYTES,
    };
  }

  /** The files of a data set as it was when the job was made, with the rows that had been added to it by then. */
  private async openSource(
    job: ClaimedJob,
    role: string,
    imports: readonly string[],
    open: (key: string) => Promise<string>,
    opened: LocalFile[],
  ): Promise<SourceFiles> {
    const contents = await this.database.tenant(job.tenantId, async (transaction) => {
      const files = imports.filter((importId) => importId !== NIL_ID);
      const found = await Promise.all(files.map((importId) => this.dataSets.findContent(transaction, importId)));
      for (const content of found) if (content) await this.repository.pinContent(transaction, job, content);
      return found;
    });
    const files: string[] = [];
    for (const content of contents) {
      if (!content) throw new TrainingFailedError('The data that the job was to learn from is gone: upload it again.');
      files.push(await open(content.contentKey));
    }
    const { kind, dataSetId } = job.dataSets[role]!;
    const merges = kinds[kind].person ? await this.openMerges(job, opened) : {};
    const before = { id: job.id, time: job.createdAt };
    const added = await this.addedRows.write(job.tenantId, { id: dataSetId, kind }, before);
    if (!added) return { kind, files, ...merges };
    opened.push(added);
    const { addedFile, addedNames } = added;
    return { kind, files, addedFile, ...(addedNames && { addedNames }), ...merges };
  }

  private async openMerges(job: ClaimedJob, opened: LocalFile[]): Promise<{ mergesFile?: string }> {
    const next = (after: string) =>
      this.database.tenant(job.tenantId, (transaction) =>
        this.merges.page(transaction, { tenantId: job.tenantId, projectId: job.projectId, after, most: MERGES_PAGE }),
      );
    const first = await next('');
    if (first.length === 0) return {};
    async function* lines() {
      for (let page = first; page.length > 0; page = await next(page.at(-1)!.from_user_id))
        yield page.map((merge) => `${JSON.stringify(merge)}\n`).join('');
    }
    const file = await this.addedRows.writeLines(lines());
    opened.push(file);
    return { mergesFile: file.path };
  }

  /** A checkpoint that is gone costs time, not the job. */
  private async openCheckpoint(job: ClaimedJob, key: string, open: (key: string) => Promise<string>) {
    try {
      return await open(key);
    } catch (error) {
      this.logger.warn(`training job ${job.id}: no checkpoint: ${(error as Error).message}`);
      job.checkpointSeconds = 0;
      return undefined;
    }
  }

  private async storeCheckpoint(attempt: Attempt, file: string): Promise<void> {
    const { job } = attempt;
    const checkpointSeconds = attempt.seconds();
    const checkpointKey = checkpointKeyOf(job.tenantId, job.id, job.attempt, attempt.checkpoints++);
    await this.objects.put(checkpointKey, createReadStream(file));
    const isOurs = await this.database.tenant(job.tenantId, (transaction) =>
      this.repository.setCheckpoint(transaction, job, { checkpointKey, checkpointSeconds }),
    );
    if (!isOurs) await this.objects.delete(checkpointKey);
  }

  /** Stores the files, then in one transaction ends the job, adds the versions and meters the time: all or nothing. */
  private async complete(attempt: Attempt, { versions, warnings }: Trained): Promise<void> {
    const { tenantId, projectId, modelId, family, task, id: trainingJobId } = attempt.job;
    await this.requireSpace(tenantId, versions);
    const job = { tenantId, projectId, modelId, family, task, trainingJobId };
    const rows: NewModelVersion[] = [];
    for (const [ordinal, files] of versions.entries())
      rows.push({ ...job, ordinal, ...(await this.store(tenantId, files)) });
    const finishedAt = this.clock.now();
    const isOurs = await this.database.tenant(tenantId, async (transaction) => {
      const { memoryBytesPeak } = attempt;
      const end = { finishedAt, memoryBytesPeak, computeSeconds: attempt.seconds(), warnings };
      if (!(await this.repository.succeed(transaction, attempt.job, end))) return false;
      await audit(transaction, tenantId, 'training_job.succeeded', trainingJobId);
      for (const row of rows) await this.models.addVersion(transaction, row);
      await this.meter(transaction, attempt);
      const told = { trainingJobId, projectId, modelId, modelVersionIds: rows.map(({ id }) => id) };
      await this.webhooks.emit(transaction, tenantId, 'training_job.succeeded', told);
      return true;
    });
    if (isOurs) return;
    for (const { artifactKey, reportKey } of rows) {
      await this.objects.delete(artifactKey);
      if (reportKey) await this.objects.delete(reportKey);
    }
  }

  /** Puts a version's files where its row will name them. */
  private async store(tenantId: string, { artifactFile, reportFile, ...version }: TrainedFiles) {
    const id = newId();
    const artifactKey = `${tenantId}/artifacts/${id}`;
    const reportKey = reportFile && `${tenantId}/reports/${id}.json`;
    await this.objects.put(artifactKey, createReadStream(artifactFile));
    const reportBytes = reportKey ? await this.objects.put(reportKey, createReadStream(reportFile)) : 0;
    return { id, artifactKey, reportKey, reportBytes, ...version };
  }

  /** @throws TrainingFailedError where neither the bound of an artifact nor the plan has room for them */
  private async requireSpace(tenantId: string, files: readonly TrainedFiles[]): Promise<void> {
    const { most } = BOUNDS.artifactBytes;
    const largest = Math.max(...files.map(({ artifactBytes }) => artifactBytes));
    if (largest > most) {
      throw new TrainingFailedError(
        `The model takes ${largest} bytes, and at most ${most} are served. Try smaller settings or less data. ${LIVE_VERSIONS_SAFE}`,
      );
    }
    const needed = files.reduce((sum, { artifactBytes }) => sum + artifactBytes, 0);
    const [bytes, versions] = await this.database.tenant(tenantId, async (transaction) => [
      await this.limits.thingsLeft(transaction, tenantId, 'bytes_stored'),
      await this.limits.thingsLeft(transaction, tenantId, 'model_versions'),
    ]);
    if (needed > bytes || files.length > versions) {
      throw new TrainingFailedError(
        `The plan leaves room for ${bytes} bytes and ${versions} model versions, and the job made ${files.length} of together ${needed} bytes. Delete versions or data sets first, or change to a larger plan. ${LIVE_VERSIONS_SAFE}`,
      );
    }
  }

  private async meter(transaction: Transaction, attempt: Attempt): Promise<void> {
    await this.usage.recordIn(
      transaction,
      trainingUse(attempt.job, attempt.seconds(), attempt.beganAt, this.clock.now()),
    );
  }

  /** What becomes of a job whose attempt brought no model. */
  private async endWithout(attempt: Attempt, error: Error): Promise<void> {
    const { job } = attempt;
    if (error instanceof LeaseLostError) {
      this.logger.log(`training job ${job.id}: ${error.message}`);
    } else if (error instanceof TrainingStoppedError) {
      await this.log(job, 'The worker is restarted; another one takes up the job.');
      await this.database.tenant(job.tenantId, (transaction) => releaseRow(transaction, TRAINING_JOBS, job));
    } else if (error instanceof TrainingFailedError) {
      await this.fail(attempt, 'input', error.message);
    } else if (error instanceof TimeLimitError) {
      await this.fail(attempt, 'time_limit', error.message);
    } else {
      await this.tryAgain(job, error);
    }
  }

  private async tryAgain(job: ClaimedJob, error: Error): Promise<void> {
    this.logger.error({ msg: `training job ${job.id} failed in attempt ${job.attempt}`, err: error });
    const ours = isDiskFull(error) ? DISK_FULL : INTERNAL_ERROR;
    const cause = error instanceof TrainingCrashedError ? error.message : ours;
    const isGivenUp = await this.database.tenant(job.tenantId, async (transaction) => {
      if (job.failures + 1 < FAILURES_MAX) {
        await this.repository.addEvent(transaction, job, { message: `Attempt failed: ${cause}` });
        await this.repository.countFailure(transaction, job);
        await releaseRow(transaction, TRAINING_JOBS, job, RETRY_SECONDS * 2 ** job.failures);
        return false;
      }
      const reason =
        `Training was tried ${FAILURES_MAX} times and failed each time; at last ${cause}. ` +
        `Try smaller settings or less data, or quote job ${job.id} to support. ${LIVE_VERSIONS_SAFE}`;
      return this.failIn(transaction, job, 'gave_up', reason);
    });
    if (isGivenUp) await this.deleteCheckpoints(job);
  }

  /** Ends the job for what is the customer's to change; what it computed until then is metered. */
  private async fail(attempt: Attempt, kind: 'input' | 'time_limit', reason: string): Promise<void> {
    const { job } = attempt;
    await this.database.tenant(job.tenantId, async (transaction) => {
      if (await this.failIn(transaction, job, kind, reason)) await this.meter(transaction, attempt);
    });
    await this.deleteCheckpoints(job);
  }

  /** Fails the job and tells of it; false when it is no longer this worker's. */
  private async failIn(
    transaction: Transaction,
    job: Claim & { projectId: string; modelId: string },
    failureKind: FailureKind,
    failureReason: string,
  ): Promise<boolean> {
    if (!(await this.repository.fail(transaction, job, failureKind, failureReason))) return false;
    const { tenantId, id: trainingJobId, projectId, modelId } = job;
    await audit(transaction, tenantId, 'training_job.failed', trainingJobId, { after: { failureKind } });
    const event = { trainingJobId, projectId, modelId, failureKind, failureReason };
    await this.webhooks.emit(transaction, tenantId, 'training_job.failed', event);
    return true;
  }

  private async deleteCheckpoints({ tenantId, id, attempt }: Claim): Promise<void> {
    for (const key of checkpointKeysOf(tenantId, id, attempt)) await this.objects.delete(key);
  }

  /** A lost line matters to nobody. */
  private async log(job: Claim, message: string): Promise<void> {
    await this.database
      .tenant(job.tenantId, (transaction) => this.repository.addEvent(transaction, job, { message }))
      .catch(() => {});
  }
}

/** One worker's hold on a job, with what it measures. */
class Attempt {
  checkpoints = 0;
  memoryBytesPeak = 0;
  /** Of this attempt's process, as it last said. */
  computeSeconds = 0;

  constructor(
    readonly job: ClaimedJob,
    readonly beganAt: Date,
  ) {}

  /** Of computing that counts: what the checkpoint held and what came since. What our own failures lost is nobody's to pay. */
  seconds(): number {
    return this.job.checkpointSeconds + this.computeSeconds;
  }

  recordMemory(memoryBytes: number): void {
    this.job.memoryBytesHeld = Math.max(this.job.memoryBytes, memoryBytes);
    this.memoryBytesPeak = Math.max(this.memoryBytesPeak, memoryBytes);
  }
}

/** The machine gave the job too little to come to an end: another worker may try. */
class WallLimitError extends TrainingCrashedError {
  constructor(seconds: number) {
    super(`it had not ended after ${Math.round(seconds / 60)} minutes on a machine that is too busy`);
  }
}

class TimeLimitError extends Error {
  constructor(seconds: number, isQuota: boolean) {
    const limit = isQuota
      ? `the ${seconds} seconds that quotas and spend caps left for it in this billing period`
      : `the ${Math.round(seconds / 60)} minutes that your plan allows one job`;
    super(
      `Training computed longer than ${limit}. Try smaller settings, such as fewer epochs, or less data, or a larger plan. ${LIVE_VERSIONS_SAFE}`,
    );
  }
}
