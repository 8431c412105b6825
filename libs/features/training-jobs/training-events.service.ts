import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { KEEP_ALIVE, type ServerSentEvent } from '../../platform/http/server-sent-events.js';
import { TrainingJobsRepository } from './training-jobs.repository.js';
import type { TrainingJob } from './training-jobs.schema.js';
import { TrainingJobsService } from './training-jobs.service.js';

const POLL_MS = 500;
const KEEP_ALIVE_MS = 15_000;
const PAGE = 500;

/** Follows a job from any API process: what is kept comes first, then what is new. */
@Injectable()
export class TrainingEventsService implements BeforeApplicationShutdown {
  private readonly closing = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly repository: TrainingJobsRepository,
    private readonly trainingJobs: TrainingJobsService,
  ) {}

  /** Ends every stream; the client comes back to another process with its `Last-Event-ID`. */
  beforeApplicationShutdown(): void {
    this.closing.abort();
  }

  /** Events after `lastEventId`, `job` messages where the job itself has changed, the last one with its end. */
  async *follow(
    tenantId: string,
    { id: jobId, projectId }: TrainingJob,
    lastEventId: string | undefined,
  ): AsyncGenerator<ServerSentEvent | typeof KEEP_ALIVE> {
    let after = /^\d{1,18}$/.test(lastEventId ?? '') ? BigInt(lastEventId!) : 0n;
    let shown = '';
    let spokeMs = performance.now();
    while (!this.closing.signal.aborted) {
      // The job first: what it has said by its end is then read, too.
      const job = await this.trainingJobs.get(tenantId, projectId, jobId);
      const events = await this.database.tenant(tenantId, (transaction) =>
        this.repository.listEvents(transaction, jobId, after, PAGE),
      );
      for (const event of events) yield { id: event.sequence, data: event };
      if (events.length > 0) after = BigInt(events.at(-1)!.sequence);
      if (events.length === PAGE) continue;
      const { status, attempt } = job;
      const isNews = shown !== `${status} ${attempt}`;
      if (isNews) yield { event: 'job', data: job };
      shown = `${status} ${attempt}`;
      if (job.finishedAt) return;
      if (isNews || events.length > 0) spokeMs = performance.now();
      if (performance.now() - spokeMs > KEEP_ALIVE_MS) {
        yield KEEP_ALIVE;
        spokeMs = performance.now();
      }
      await sleep(POLL_MS, undefined, { signal: this.closing.signal }).catch(() => {});
    }
  }
}
