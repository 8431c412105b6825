import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Mailer } from '../../platform/mail/mailer.js';
import { Loop } from '../../platform/queue/loop.js';
import { NotificationsRepository } from './notifications.repository.js';

const POLL_MS = 1_000;

/** Sends queued mail. One that fails, or whose worker is killed, is tried again: it may then arrive twice, never not at all. */
@Injectable()
export class NotificationsProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(NotificationsProcessor.name);
  private sending?: Loop;

  constructor(
    private readonly repository: NotificationsRepository,
    private readonly mailer: Mailer,
  ) {}

  onApplicationBootstrap(): void {
    const warn = ({ message }: Error) => this.logger.warn(message);
    this.sending = new Loop(() => this.sendNext(), POLL_MS, warn);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sending?.stop();
  }

  private async sendNext(): Promise<void> {
    const email = await this.repository.claim();
    if (!email) return;
    this.sending?.wake();
    try {
      await this.mailer.send(email);
    } catch (error) {
      this.logger.warn(`mail ${email.id} was not sent: ${(error as Error).message}`);
      return;
    }
    await this.repository.markSent(email);
  }
}
