import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Loop } from '../../platform/queue/loop.js';
import { DeliveriesService } from './deliveries.service.js';

const POLL_MS = 500;
/** Requests under way in one worker. */
const DELIVERIES_MAX = 64;

@Injectable()
export class DeliveriesProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(DeliveriesProcessor.name);
  private readonly running = new Set<Promise<void>>();
  private sending?: Loop;

  constructor(private readonly deliveries: DeliveriesService) {}

  onApplicationBootstrap(): void {
    this.sending = new Loop(() => this.startDue(), POLL_MS, this.warn);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sending?.stop();
    await Promise.all(this.running);
  }

  private async startDue(): Promise<void> {
    if (this.running.size >= DELIVERIES_MAX) return;
    for (const claimed of await this.deliveries.claim(DELIVERIES_MAX - this.running.size)) {
      const delivery = this.deliveries
        .deliver(claimed)
        .catch(this.warn)
        .finally(() => {
          this.running.delete(delivery);
          // Its endpoint may have more.
          this.sending?.wake();
        });
      this.running.add(delivery);
    }
  }

  private readonly warn = ({ message }: Error): void => this.logger.warn(message);
}
