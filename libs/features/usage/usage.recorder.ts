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
      this.flushing ??= this.flush().finally(() => (this.flushing = undefined));
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flushing;
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH_EVENTS_MAX);
      try {
        await this.repository.append(batch.map(({ event }) => event));
        for (const { event, resolve } of batch) {
          usageEventsTotal.inc({ meter: event.meter });
          resolve();
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
  }
}
