import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { startSweeping } from '../../platform/queue/lease.js';
import { type RunningJob, TrainingService } from './training.service.js';

const POLL_MS = 500;
/** Between tries to reach a database that is away. */
const RECOVERY_MS = 2_000;

/**
 * Keeps the device busy: small jobs side by side as far as its memory goes, a job that is bigger than that alone. Which job is
 * next is decided by the table of jobs itself, so there is no queue beside it (docs/adr/0010).
 */
@Injectable()
export class TrainingJobsProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(TrainingJobsProcessor.name);
  private readonly running = new Set<RunningJob>();
  private loop: Promise<void> | null = null;
  private isStopping = false;

  constructor(
    private readonly training: TrainingService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.work();
    startSweeping(
      () => this.training.sweep(),
      (error) => this.logger.warn(error.message),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    this.training.stop();
    await this.loop;
    await Promise.all([...this.running].map(({ end }) => end));
  }

  private async work(): Promise<void> {
    while (!this.isStopping) {
      const waitMs = await this.startOne().catch((error: Error) => {
        this.logger.warn(error.message);
        return RECOVERY_MS;
      });
      if (waitMs > 0) await Promise.race([sleep(waitMs), ...[...this.running].map(({ end }) => end)]);
    }
  }

  /** Returns how long to wait before the next look. */
  private async startOne(): Promise<number> {
    if (this.running.size >= this.config.KINDRED_WORKER_JOBS) return POLL_MS;
    const job = await this.training.startNext(this.memoryBytesFree());
    if (!job) return POLL_MS;
    this.running.add(job);
    void job.end.then(() => this.running.delete(job));
    return 0;
  }

  private memoryBytesFree(): number {
    if (this.running.size === 0) return Infinity;
    const taken = [...this.running].reduce((sum, job) => sum + job.memoryBytes(), 0);
    return this.config.KINDRED_WORKER_MEMORY_BYTES - taken;
  }
}
