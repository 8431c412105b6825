import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { startSweeping } from '../../platform/queue/lease.js';
import { Queue } from '../../platform/queue/queue.js';
import { ImportsService } from './imports.service.js';

@Injectable()
export class ImportsProcessor implements OnApplicationBootstrap {
  private readonly logger = new Logger(ImportsProcessor.name);

  constructor(
    private readonly queue: Queue,
    private readonly imports: ImportsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.queue.work('imports', 1, (message) => this.imports.run(message));
    startSweeping(
      () => this.imports.sweep(),
      (error) => this.logger.warn(error.message),
    );
  }
}
