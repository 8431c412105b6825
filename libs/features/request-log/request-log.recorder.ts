import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { isRefusal } from '../../platform/database/errors.js';
import { idSchema, newId } from '../../platform/http/ids.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { requestLogDroppedTotal } from '../../platform/telemetry/metrics.js';
import { type NewRequestLogEntry, RequestLogRepository } from './request-log.repository.js';
import { PATH_CHARACTERS_MAX } from './request-log.schema.js';

const BATCH_ROWS = 1_000;
/** Kept while Postgres is away: some 20 MB. */
const ROWS_MAX = 50_000;
/** Of an organization, of the calls that came too fast: the others say nothing new. */
export const REFUSALS_PER_SECOND = 10;

/** What the API knows of an answered call. */
export interface LoggedRequest extends Omit<NewRequestLogEntry, 'id' | 'occurredAt'> {
  /** Of any length. */
  path: string;
  /** As the path has it, which may be anything. */
  deploymentId: string | null;
}

/**
 * Keeps the log of calls off their path: they are gathered in memory and written together. While Postgres is away the newest
 * wait, and older ones are dropped and counted.
 */
@Injectable()
export class RequestLogRecorder extends RepeatedWork implements OnApplicationShutdown {
  protected readonly everyMs = 1_000;
  private rows: NewRequestLogEntry[] = [];
  /** Calls of this second that came too fast, by tenant. */
  private refusals = { second: 0, counts: new Map<string, number>() };

  constructor(
    private readonly repository: RequestLogRepository,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** Neither waits nor throws. */
  record({ deploymentId, path, ...request }: LoggedRequest): void {
    if (request.status === 429 && this.isOneTooMany(request.tenantId)) return;
    const isId = idSchema.safeParse(deploymentId).success;
    this.rows.push({
      ...request,
      path: path.slice(0, PATH_CHARACTERS_MAX),
      id: newId(),
      occurredAt: this.clock.now(),
      deploymentId: isId ? deploymentId : null,
    });
    this.dropOldest();
    if (this.rows.length === BATCH_ROWS) this.wake();
  }

  /** What was answered until now is written, unless Postgres is away. */
  onApplicationShutdown(): Promise<void> {
    return this.work();
  }

  protected override async work(): Promise<void> {
    while (this.rows.length > 0) {
      const batch = this.rows.splice(0, BATCH_ROWS);
      try {
        await this.repository.append(batch);
      } catch (error) {
        this.logger.warn(`the request log could not be written: ${(error as Error).message}`);
        // What is refused now would be refused for ever.
        if (isRefusal(error)) requestLogDroppedTotal.inc(batch.length);
        else {
          this.rows.unshift(...batch);
          this.dropOldest();
          return;
        }
      }
    }
  }

  private isOneTooMany(tenantId: string): boolean {
    const second = Math.floor(this.clock.now().getTime() / 1_000);
    if (second !== this.refusals.second) this.refusals = { second, counts: new Map() };
    const count = (this.refusals.counts.get(tenantId) ?? 0) + 1;
    this.refusals.counts.set(tenantId, count);
    return count > REFUSALS_PER_SECOND;
  }

  private dropOldest(): void {
    if (this.rows.length > ROWS_MAX) {
      requestLogDroppedTotal.inc(this.rows.splice(0, this.rows.length - ROWS_MAX).length);
    }
  }
}
