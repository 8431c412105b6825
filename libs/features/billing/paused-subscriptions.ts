import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { NotificationsService } from '../notifications/index.js';
import { BillingRepository, type PausedSubscription } from './billing.repository.js';
import { toMain } from './invoice-lines.js';

const MOST = 500;
/** Before the plan goes on by itself. */
const TELLS_BEFORE_MS = 7 * 86_400_000;

/** Tells who pauses that it has begun, and before it ends; each once. Any worker may do it, and several at once. */
@Injectable()
export class PausedSubscriptions extends RepeatedWork {
  protected readonly everyMs = 60_000;

  constructor(
    private readonly database: Database,
    private readonly repository: BillingRepository,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    const now = this.clock.now();
    const soon = new Date(now.getTime() + TELLS_BEFORE_MS);
    const paused = await this.database.system((transaction) =>
      this.repository.listPausesToTell(transaction, now, soon, MOST),
    );
    for (const each of paused)
      await this.tell(each, now, soon).catch((error: Error) =>
        this.logger.error({ msg: `the pause of ${each.tenantId} could not be told`, err: error }),
      );
  }

  private tell(paused: PausedSubscription, now: Date, soon: Date): Promise<void> {
    const { tenantId, until } = paused;
    return this.database.tenant(tenantId, async (transaction) => {
      const { next } = await this.repository.findSubscription(transaction, tenantId);
      // What we have not heard of yet, or goes on with no plan.
      if (next?.at.getTime() !== until.getTime()) return;
      const [price] = await this.repository.findPriceVersions(transaction, [next.priceVersionId]);
      const { currency, planName: plan } = price!;
      const { monthlyFeeMinor } = await this.repository.lessCoupon(transaction, tenantId, price!, until);
      const values = { plan, until: until.toISOString(), monthlyFee: toMain(monthlyFeeMinor, currency), currency };
      const isEnding = until <= soon;
      if (await this.repository.tellPause(transaction, paused, 'pauseToldAt', now))
        await this.notifications.email(transaction, tenantId, { template: 'plan_paused', values });
      if (isEnding && (await this.repository.tellPause(transaction, paused, 'resumeToldAt', now)))
        await this.notifications.email(transaction, tenantId, { template: 'plan_resuming', values });
    });
  }
}
