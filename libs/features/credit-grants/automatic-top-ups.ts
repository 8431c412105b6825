import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { NIL_ID } from '../../platform/http/ids.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { BillingRepository, BillingService, toMain } from '../billing/index.js';
import { NotificationsService } from '../notifications/index.js';
import { type CreditGrantRow, CreditGrantsRepository } from './credit-grants.repository.js';
import { monthOf } from './credit-grants.service.js';
import { CreditPurchases } from './credit-purchases.service.js';

const PAGE = 500;
/** Stripe keeps idempotency keys for a day. */
const UNPAID_MS = 23 * 3_600_000;

/** Buys credits where they run low, and ends purchases that nobody paid. Any worker may do it, and several at once. */
@Injectable()
export class AutomaticTopUps extends RepeatedWork {
  protected readonly everyMs = 60_000;

  constructor(
    private readonly database: Database,
    private readonly repository: CreditGrantsRepository,
    private readonly billing: BillingService,
    private readonly billingRepository: BillingRepository,
    private readonly purchases: CreditPurchases,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    for (let after = NIL_ID; ;) {
      const page = await this.database.system((transaction) => this.repository.listTopUps(transaction, after, PAGE));
      // One that fails keeps no other waiting.
      for (const tenantId of page)
        await this.order(tenantId).catch((error: Error) =>
          this.logger.error({ msg: `the credits of organization ${tenantId} could not be looked at`, err: error }),
        );
      if (page.length < PAGE) break;
      after = page.at(-1)!;
    }
    const before = new Date(this.clock.now().getTime() - UNPAID_MS);
    const unpaid = await this.database.system((transaction) => this.repository.listUnpaid(transaction, before, PAGE));
    for (const row of unpaid)
      await this.carryOn(row).catch((error: Error) =>
        this.logger.warn({ msg: `the credit purchase ${row.id} is tried again in a minute`, err: error }),
      );
  }

  /** A purchase, where there are too few credits, none is under way, and the month's most allows it. */
  private async order(tenantId: string): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      await this.billingRepository.lockSubscription(transaction, tenantId);
      const topUp = await this.repository.findTopUp(transaction, tenantId);
      if (!topUp || topUp.stoppedAt || (await this.repository.findUnpaid(transaction))) return;
      const { currency, thresholdMinor, amountMinor, monthlyMaxMinor } = topUp;
      const now = this.clock.now();
      const balance = await this.repository.balance(transaction, currency, now);
      if (balance - (await this.billing.sumUnbilled(transaction, tenantId, currency)) >= thresholdMinor) return;
      const bought = await this.repository.sumAutomatic(transaction, monthOf(now));
      if (bought + amountMinor > monthlyMaxMinor) return;
      await this.purchases.order(transaction, tenantId, { currency, amountMinor, createdBy: null });
    });
  }

  private async carryOn(row: CreditGrantRow): Promise<void> {
    const isOld = row.createdAt.getTime() + UNPAID_MS <= this.clock.now().getTime();
    if (!row.isAutomatic || isOld) {
      if (isOld) await this.purchases.giveUp(row);
      return;
    }
    const topUp = await this.database.tenant(row.tenantId, (transaction) =>
      this.repository.findTopUp(transaction, row.tenantId),
    );
    // Stopped or deleted since it was ordered, by whose worker was killed: no card is charged any more.
    if (!topUp || topUp.stoppedAt) {
      await this.purchases.giveUp(row);
      return;
    }
    const outcome = await this.purchases.carryOn(row).catch((error: unknown) => {
      if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
      this.logger.error({ msg: `Stripe refuses the credit purchase ${row.id} of ${row.tenantId}`, err: error });
      return 'refused' as const;
    });
    if (outcome !== 'granted' && (await this.purchases.giveUp(row)) === 'declined') await this.stop(row);
  }

  /** Nothing more is charged to a card that was refused, until somebody says so. */
  private async stop({ tenantId, amountMinor, currency }: CreditGrantRow): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      if (!(await this.repository.stopTopUp(transaction, tenantId, this.clock.now()))) return;
      await audit(transaction, tenantId, 'credit_top_up.stopped', tenantId);
      const values = { amount: toMain(amountMinor, currency), currency };
      await this.notifications.email(transaction, tenantId, { template: 'credit_top_up_stopped', values });
    });
  }
}
