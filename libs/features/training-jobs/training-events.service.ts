import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Credentials } from '../../platform/access/credentials.js';
import type { Principal } from '../../platform/access/principal.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Database } from '../../platform/database/database.js';
import { KEEP_ALIVE, type ServerSentEvent } from '../../platform/http/server-sent-events.js';
import { JobWatch } from './job-watch.js';
import { tooManyStreams } from './training-jobs.errors.js';
import { TrainingJobsRepository } from './training-jobs.repository.js';
import type { TrainingJobEvent } from './training-jobs.schema.js';
import { TrainingJobsService } from './training-jobs.service.js';

const KEEP_ALIVE_MS = 15_000;
const PAGE = 500;

export type JobMessage = ServerSentEvent | typeof KEEP_ALIVE;

/** Follows a job from any API process: what is kept comes first, then what is new. */
@Injectable()
export class TrainingEventsService implements BeforeApplicationShutdown {
  private readonly closing = new AbortController();
  private readonly watches = new Map<string, JobWatch>();
  /** Streams by organization. */
  private readonly streams = new Map<string, number>();
  private streamCount = 0;

  constructor(
    private readonly database: Database,
    private readonly repository: TrainingJobsRepository,
    private readonly trainingJobs: TrainingJobsService,
    private readonly credentials: Credentials,
  ) {}

  /** Ends every stream; the client comes back to another process with its `Last-Event-ID`. */
  beforeApplicationShutdown(): void {
    this.closing.abort();
  }

  /**
   * Events after `lastEventId`, `job` messages where the job itself has changed, the last one with its end. The stream ends too
   * with the session, key or membership that it was opened with.
   *
   * @param gone aborts when the client has gone
   * @param sinceMs before the principal was looked up, by performance.now()
   * @throws Problem 404 for an unknown job, 429 beyond the organization's or the process's number of streams
   */
  async open(
    principal: Principal,
    projectId: string,
    jobId: string,
    lastEventId: string | undefined,
    gone: AbortSignal,
    sinceMs: number,
  ): Promise<AsyncGenerator<JobMessage>> {
    const { tenantId } = principal;
    // The cheaper refusal first.
    this.takePlace(tenantId, gone);
    const { id } = await this.trainingJobs.get(tenantId, projectId, jobId);
    const after = /^\d{1,18}$/.test(lastEventId ?? '') ? BigInt(lastEventId!) : 0n;
    return this.follow(principal, projectId, id, after, gone, sinceMs);
  }

  private async *follow(
    principal: Principal,
    projectId: string,
    jobId: string,
    after: bigint,
    gone: AbortSignal,
    sinceMs: number,
  ): AsyncGenerator<JobMessage> {
    const { tenantId } = principal;
    const credential = this.credentials.watch(principal, sinceMs);
    const ending = AbortSignal.any([gone, credential.ended, this.closing.signal]);
    const watch = this.join(tenantId, projectId, jobId);
    let shown = '';
    try {
      while (!ending.aborted) {
        const { news, job, start } = watch;
        const kept = watch.after(after);
        const events = kept ?? (await this.listEvents(tenantId, jobId, after));
        for (const event of events) yield { id: event.sequence, data: event };
        if (events.length > 0) after = BigInt(events.at(-1)!.sequence);
        if (ending.aborted) return;
        const isBehind = kept === null && events.length === PAGE;
        // All that came before what the watch keeps has been shown.
        if (kept === null && !isBehind && start !== null && start > after) after = start;
        if (job && !isBehind) {
          const state = `${job.status} ${job.attempt}`;
          if (shown !== state) yield { event: 'job', data: job };
          shown = state;
          if (job.finishedAt) return;
        }
        if (isBehind) continue;
        await watch.waitAfter(news, KEEP_ALIVE_MS, ending);
        if (watch.news === news && !ending.aborted) yield KEEP_ALIVE;
      }
    } finally {
      credential.release();
      this.leave(jobId, watch);
    }
  }

  private join(tenantId: string, projectId: string, jobId: string): JobWatch {
    let watch = this.watches.get(jobId);
    if (!watch) {
      watch = new JobWatch((after) => this.readNews(tenantId, projectId, jobId, after), this.closing.signal);
      this.watches.set(jobId, watch);
    }
    watch.followers++;
    return watch;
  }

  private leave(jobId: string, watch: JobWatch): void {
    if (--watch.followers === 0) this.watches.delete(jobId);
  }

  /** Given back when the client has gone, whether or not the stream ever began. */
  private takePlace(tenantId: string, gone: AbortSignal): void {
    const count = this.streams.get(tenantId) ?? 0;
    if (count >= BOUNDS.streamsOfOrganization.most) throw tooManyStreams(BOUNDS.streamsOfOrganization.most);
    if (this.streamCount >= BOUNDS.streamsOfProcess.most) throw tooManyStreams(null);
    if (gone.aborted) return;
    this.streams.set(tenantId, count + 1);
    this.streamCount++;
    gone.addEventListener('abort', () => this.givePlace(tenantId), { once: true });
  }

  private givePlace(tenantId: string): void {
    this.streamCount--;
    const left = this.streams.get(tenantId)! - 1;
    if (left > 0) this.streams.set(tenantId, left);
    else this.streams.delete(tenantId);
  }

  private readNews(tenantId: string, projectId: string, jobId: string, after: bigint | null) {
    return this.database.tenant(tenantId, async (transaction) => {
      const job = await this.trainingJobs.require(transaction, projectId, jobId);
      if (after === null) {
        return { job, events: [], last: await this.repository.findLastSequence(transaction, jobId) };
      }
      const events: TrainingJobEvent[] = [];
      let last = after;
      for (;;) {
        const page = await this.repository.listEvents(transaction, jobId, last, PAGE);
        events.push(...page);
        if (page.length > 0) last = BigInt(page.at(-1)!.sequence);
        if (page.length < PAGE) return { job, events, last };
      }
    });
  }

  private listEvents(tenantId: string, jobId: string, after: bigint): Promise<TrainingJobEvent[]> {
    return this.database.tenant(tenantId, (transaction) => this.repository.listEvents(transaction, jobId, after, PAGE));
  }
}
