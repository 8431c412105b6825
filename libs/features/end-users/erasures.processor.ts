import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Loop } from '../../platform/queue/loop.js';
import { ErasuresService } from './erasures.service.js';

/** Also the least between replacing a file and deleting it. */
const EVERY_MS = 5_000;

@Injectable()
export class ErasuresProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ErasuresProcessor.name);
  private loop?: Loop;

  constructor(private readonly erasures: ErasuresService) {}

  onApplicationBootstrap(): void {
    this.loop = new Loop(
      () => this.erasures.sweep(),
      EVERY_MS,
      (error) => this.logger.warn(error.message),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }
}
