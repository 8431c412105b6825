import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { fromPrisma, PgBoss } from 'pg-boss';
import { CONFIG, type Config } from '../config/config.js';
import type { Transaction } from '../database/database.js';
import type { QueueMessage, QueueName } from './queues.js';

/** Messages in Postgres, sent in the same transaction as the row that they speak of. */
@Injectable()
export class Queue implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(Queue.name);
  private readonly boss: PgBoss;

  constructor(@Inject(CONFIG) config: Config) {
    this.boss = new PgBoss({
      connectionString: config.DATABASE_URL,
      max: 4,
      migrate: false,
      createSchema: false,
      schedule: false,
    });
    this.boss.on('error', (error) => this.logger.warn(error.message));
  }

  async onModuleInit(): Promise<void> {
    await this.boss.start();
  }

  /** Sends a message with the transaction's commit. While one for the same id waits, this is a no-op. */
  async send(transaction: Transaction, queue: QueueName, message: QueueMessage): Promise<void> {
    await this.boss.send(queue, message, { db: fromPrisma(transaction), singletonKey: message.id });
  }

  /**
   * Calls `handle` for each message, `concurrency` at a time. A message is spent whether or not `handle` throws: what
   * must be tried again is found by the sweep over rows, not by redelivery.
   */
  async work(queue: QueueName, concurrency: number, handle: (message: QueueMessage) => Promise<void>): Promise<void> {
    const options = { batchSize: 1, pollingIntervalSeconds: 0.5, localConcurrency: concurrency } as const;
    await this.boss.work<QueueMessage>(queue, options, async ([job]) => {
      if (job) await handle(job.data).catch((error: Error) => this.logger.error(error.stack ?? error.message));
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.boss.stop({ graceful: true, timeout: 20_000 });
  }
}
