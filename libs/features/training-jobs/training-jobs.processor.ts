import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { startSweeping } from '../../platform/queue/lease.js';
import { Queue } from '../../platform/queue/queue.js';
import { TrainingService } from './training.service.js';

@Injectable()
export class TrainingJobsProcessor implements OnApplicationBootstrap {
  private readonly logger = new Logger(TrainingJobsProcessor.name);

  constructor(
    private readonly queue: Queue,
    private readonly training: TrainingService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.queue.work('training-jobs', 1, (message) => this.training.run(message));
    startSweeping(
      () => this.training.sweep(),
      (error) => this.logger.warn(error.message),
    );
  }
}
