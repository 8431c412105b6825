import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Loop } from '../../platform/queue/loop.js';
import { RequestLogRepository } from './request-log.repository.js';

const KEPT_DAYS = 30;
const HOUR_MS = 3_600_000;

@Injectable()
export class RequestLogProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RequestLogProcessor.name);
  private retention?: Loop;

  constructor(private readonly repository: RequestLogRepository) {}

  onApplicationBootstrap(): void {
    const warn = ({ message }: Error) => this.logger.warn(message);
    this.retention = new Loop(() => this.repository.deleteOld(KEPT_DAYS), HOUR_MS, warn);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.retention?.stop();
  }
}
