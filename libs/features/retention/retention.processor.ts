import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Loop } from '../../platform/queue/loop.js';
import { RetentionService } from './retention.service.js';

const HOUR_MS = 3_600_000;

/** Once an hour; any worker may do it, and several at once. */
@Injectable()
export class RetentionProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RetentionProcessor.name);
  private loop?: Loop;

  constructor(private readonly retention: RetentionService) {}

  onApplicationBootstrap(): void {
    const work = async () => {
      await this.retention.deleteRows();
      await this.retention.deleteFiles();
      await this.retention.deleteScratch();
    };
    this.loop = new Loop(work, HOUR_MS, (error) => this.logger.warn(error.message));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }
}
