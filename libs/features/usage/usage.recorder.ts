import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { usageEventsTotal } from '../../platform/telemetry/metrics.js';
import { UsageRepository } from './usage.repository.js';
import type { UsageEvent } from './usage.schema.js';

const BATCH_EVENTS_MAX = 5_000;

interface Waiting {
  event: UsageEvent;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Group commit: while one batch is on its way to Postgres the next one gathers, so that a busy API writes the ledger in
 * few, large transactions and an idle one at once.
 */
@Injectable()
export class UsageRecorder implements OnApplicationShutdown {
  private waiting: Waiting[] = [];
  private flushing: Promise<void> | undefined;

  constructor(private readonly repository: UsageRepository) {}

  /** Resolves when the event is durable; a caller answers its customer only then. Rejects when it could not be written. */
  record(event: UsageEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ event, resolve, reject });
      this.flushing ??= this.flush();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flushing;
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) await this.append(this.waiting.splice(0, BATCH_EVENTS_MAX));
    // At once, not in a later microtask: an event that came in between would wait for the next one.
    this.flushing = undefined;
  }

  private async append(batch: Waiting[]): Promise<void> {
    try {
      await this.repository.append(batch.map(({ event }) => event));
    } catch (error) {
      // One event that the database refuses must not take the others down with it.
      if (batch.length > 1 && isRefusal(error)) {
        for (const waiting of batch) await this.append([waiting]);
      } else {
        for (const { reject } of batch) reject(error);
      }
      return;
    }
    for (const { event, resolve } of batch) {
      usageEventsTotal.inc({ meter: event.meter });
      resolve();
    }
  }
}

/** Postgres's classes 22 (the value is wrong) and 23 (a constraint forbids it). */
function isRefusal(error: unknown): boolean {
  return /^2[23]/.test(String((error as { code?: unknown }).code));
}
