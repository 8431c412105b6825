import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { Mailer } from '../../platform/mail/mailer.js';
import { type Claim, type LostClaim, releaseRow } from '../../platform/queue/leased-rows.js';
import { type ClaimOrder, LeasedWork } from '../../platform/queue/leased-work.js';
import { type ClaimedEmail, EMAILS, NEXT_EMAIL, NotificationsRepository } from './notifications.repository.js';
import { wordsOf } from './render-mail.js';

const TRIES_MAX = 8;
/** 1, 3, 9, 27 … minutes after each try: eight take some 18 hours. */
const WAIT_SECONDS = 60;
const WAIT_FACTOR = 3;

/** Sends queued mail. One that fails, or whose worker is killed, is tried again: it may then arrive twice, never not at all. */
@Injectable()
export class NotificationsProcessor extends LeasedWork<ClaimedEmail> {
  protected override readonly everyMs = 1_000;
  protected readonly table = EMAILS;
  protected readonly most = 1;
  protected override readonly lossesMax = TRIES_MAX;

  constructor(
    database: Database,
    private readonly repository: NotificationsRepository,
    private readonly mailer: Mailer,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    super(database);
  }

  protected override order(): ClaimOrder {
    return [NEXT_EMAIL];
  }

  protected override read(transaction: Transaction, claims: Claim[]): Promise<ClaimedEmail[]> {
    return Promise.all(claims.map((claim) => this.repository.readClaimed(transaction, claim)));
  }

  protected override async carryOut(email: ClaimedEmail): Promise<void> {
    const error = await this.send(email).then(
      () => null,
      (reason: Error) => reason,
    );
    if (error) this.logger.warn(`mail ${email.id} was not sent: ${error.message}`);
    await this.database.system(async (transaction) => {
      if (!error) await this.repository.end(transaction, email, 'sent');
      else if (email.attempt >= TRIES_MAX) await this.repository.end(transaction, email, 'failed');
      else await releaseRow(transaction, EMAILS, email, WAIT_SECONDS * WAIT_FACTOR ** (email.attempt - 1));
    });
  }

  private async send(email: ClaimedEmail): Promise<void> {
    await this.mailer.send({ id: email.id, to: email.to, ...wordsOf(email, this.config) });
  }

  protected override giveUp(transaction: Transaction, lost: LostClaim): Promise<void> {
    return this.repository.end(transaction, lost, 'failed');
  }
}
