import { Injectable } from '@nestjs/common';
import { Mailer } from '../../platform/mail/mailer.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { NotificationsRepository } from './notifications.repository.js';

const POLL_MS = 1_000;

/** Sends queued mail. One that fails, or whose worker is killed, is tried again: it may then arrive twice, never not at all. */
@Injectable()
export class NotificationsProcessor extends RepeatedWork {
  protected readonly everyMs = POLL_MS;

  constructor(
    private readonly repository: NotificationsRepository,
    private readonly mailer: Mailer,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    const email = await this.repository.claim();
    if (!email) return;
    this.wake();
    try {
      await this.mailer.send(email);
    } catch (error) {
      this.logger.warn(`mail ${email.id} was not sent: ${(error as Error).message}`);
      return;
    }
    await this.repository.markSent(email);
  }
}
