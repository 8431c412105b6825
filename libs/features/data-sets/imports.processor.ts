import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { ClaimLoop, type Running } from '../../platform/queue/claim-loop.js';
import { startSweeping } from '../../platform/queue/lease.js';
import { ImportsService } from './imports.service.js';

/** Reads the imports that are next by fair share, a few at a time. */
@Injectable()
export class ImportsProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ImportsProcessor.name);
  private loop?: ClaimLoop<Running>;

  constructor(
    private readonly imports: ImportsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    const warn = (error: Error) => this.logger.warn(error.message);
    this.loop = new ClaimLoop(this.config.KINDRED_WORKER_IMPORTS, () => this.imports.startNext(), warn);
    startSweeping(() => this.imports.sweep(), warn);
  }

  /** An import that is cut short is another worker's once it has been given back; its upload still lies in the store. */
  async beforeApplicationShutdown(): Promise<void> {
    this.imports.stop();
    await this.loop?.stop();
  }
}
