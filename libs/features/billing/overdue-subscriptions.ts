import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { NotificationsService } from '../notifications/index.js';
import { BillingRepository, type OverdueSubscription } from './billing.repository.js';
import { countsFrom, stageAt, stageEndsAt } from './overdue.js';
import { SubscriptionFollower } from './subscription-follower.js';

const MOST = 500;

/** Takes who does not pay from one stage to the next, and tells them. Any worker may do it, and several at once. */
@Injectable()
export class OverdueSubscriptions extends RepeatedWork {
  protected readonly everyMs = 60_000;

  constructor(
    private readonly database: Database,
    private readonly repository: BillingRepository,
    private readonly notifications: NotificationsService,
    private readonly follower: SubscriptionFollower,
    private readonly stripe: Stripe,
    private readonly clock: Clock,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    const now = this.clock.now();
    const unsettled = await this.database.system((transaction) =>
      this.repository.listUnsettled(transaction, now, MOST),
    );
    for (const tenantId of unsettled)
      await this.database.tenant(tenantId, (transaction) => this.repository.settleOverdue(transaction, tenantId, now));
    const overdue = await this.database.system((transaction) => this.repository.listOverdue(transaction, now, MOST));
    // One that Stripe does not end keeps no other waiting.
    for (const each of overdue)
      await this.take(each).catch((error: Error) =>
        this.logger.error({ msg: `the overdue subscription of ${each.tenantId} could not be followed`, err: error }),
      );
  }

  private async take({ tenantId, stripeSubscriptionId, customer }: OverdueSubscription): Promise<void> {
    // Stripe may know of a payment that we have not heard of.
    await this.follower.follow(tenantId, customer);
    const { overdue } = await this.database.tenant(tenantId, (transaction) =>
      this.repository.findSubscription(transaction, tenantId),
    );
    if (!overdue) return;
    const from = countsFrom(overdue);
    const due = stageAt(from, this.clock.now());
    const stage = due === 'ended' && !stripeSubscriptionId ? 'read_only' : due;
    if (stage === 'ended') {
      // What is ended already is answered so, and followed all the same.
      await this.stripe.subscriptions.cancel(stripeSubscriptionId!).catch((error: unknown) => {
        if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
      });
      await this.follower.follow(tenantId, customer);
      return;
    }
    await this.database.tenant(tenantId, async (transaction) => {
      if (!(await this.repository.enterOverdueStage(transaction, tenantId, overdue, stage))) return;
      await audit(transaction, tenantId, 'subscription.overdue', tenantId, { after: { stage } });
      const { name: organizationName } = await this.repository.findOrganization(transaction, tenantId);
      const values = { organizationName, stage, until: stageEndsAt(from, stage).toISOString() };
      await this.notifications.email(transaction, tenantId, { template: 'payment_overdue', values });
    });
  }
}
