import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { ClaimLoop } from '../../platform/queue/claim-loop.js';
import { startSweeping } from '../../platform/queue/lease.js';
import { type RunningJob, TrainingService } from './training.service.js';

/**
 * Keeps the device busy: small jobs side by side as far as its memory goes, a job that is bigger than that alone. Which job is
 * next is decided by the table of jobs itself, so there is no queue next to it (docs/adr/0010).
 */
@Injectable()
export class TrainingJobsProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(TrainingJobsProcessor.name);
  private loop?: ClaimLoop<RunningJob>;

  constructor(
    private readonly training: TrainingService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    const warn = (error: Error) => this.logger.warn(error.message);
    const startNext = () => this.training.startNext(this.memoryBytesFree());
    this.loop = new ClaimLoop(this.config.KINDRED_WORKER_JOBS, startNext, warn);
    startSweeping(() => this.training.sweep(), warn);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.training.stop();
    await this.loop?.stop();
  }

  private memoryBytesFree(): number {
    const running = [...(this.loop?.running ?? [])];
    if (running.length === 0) return Infinity;
    const taken = running.reduce((sum, job) => sum + job.memoryBytes(), 0);
    return this.config.KINDRED_WORKER_MEMORY_BYTES - taken;
  }
}
