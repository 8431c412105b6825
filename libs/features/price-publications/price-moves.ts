import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { Problem } from '../../platform/errors/problem.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import {
  BillingPeriods,
  BillingRepository,
  fromStripe,
  isWaiting,
  type PriceVersion,
  SubscriptionFollower,
  SubscriptionPrices,
  toLiveState,
  toMain,
  TURNING_MS,
} from '../billing/index.js';
import { type MailValues, NotificationsService } from '../notifications/index.js';
import { daysAfter, earliestOf, movingAt, REMINDS_DAYS, TOLD_DAYS } from './moving-at.js';
import { type PendingMove, PriceMovesRepository } from './price-moves.repository.js';

const MOST = 500;
const AGAIN_MS = 5 * 60_000;

/**
 * Tells subscribers of a published price that they are to go on with, at once and a week before, and has them go on with it: who pays through Stripe
 * by the price that their subscription has with its next period there, all others by the terms of their next period here. Any worker may do it, and
 * several at once; killed anywhere, the next turn does what is lacking.
 */
@Injectable()
export class PriceMoves extends RepeatedWork {
  protected readonly everyMs = 10_000;

  constructor(
    private readonly database: Database,
    private readonly repository: PriceMovesRepository,
    private readonly billing: BillingRepository,
    private readonly periods: BillingPeriods,
    private readonly prices: SubscriptionPrices,
    private readonly follower: SubscriptionFollower,
    private readonly notifications: NotificationsService,
    private readonly stripe: Stripe,
    private readonly clock: Clock,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    const now = this.clock.now();
    const list = <T>(read: (transaction: Transaction) => Promise<T[]>) => this.database.system(read);
    const untold = await list((transaction) => this.repository.listUntold(transaction, MOST));
    for (const each of untold) await this.attempt(each.tenantId, () => this.tell(each, now));
    const due = await list((transaction) => this.repository.listDue(transaction, now, MOST));
    for (const each of due)
      if (!(await this.attempt(each.tenantId, () => this.step(each, now))))
        await this.defer(each, new Date(now.getTime() + AGAIN_MS));
    const waiting = await list((transaction) => this.repository.listWaitingForWithdrawn(transaction, MOST));
    for (const { tenantId } of waiting) await this.attempt(tenantId, () => this.keep(tenantId));
    const told = await list((transaction) => this.repository.listToCallOff(transaction, MOST));
    for (const each of told) await this.attempt(each.tenantId, () => this.callOff(each, now));
    // One step may make the next one due.
    if (due.length > 0) this.wake();
  }

  /** One for whom it fails keeps no other waiting. */
  private attempt(tenantId: string, work: () => Promise<unknown>): Promise<boolean> {
    return work().then(
      () => true,
      (error: Error) => {
        // Where somebody else changes the subscription at the same moment, they do so until the next turn.
        if (error instanceof Problem) this.warn(error);
        else this.logger.error({ msg: `organization ${tenantId} could not be taken to another price`, err: error });
        return false;
      },
    );
  }

  private async tell(
    {
      tenantId,
      publicationId,
      priceVersionId,
      ...wanted
    }: Awaited<ReturnType<PriceMovesRepository['listUntold']>>[number],
    now: Date,
  ): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      const { anchorAt } = await this.billing.findSubscription(transaction, tenantId);
      // Who subscribed after the announcement has as much time as all others.
      const movesAt = new Date(Math.max(wanted.movesAt.getTime(), daysAfter(now, TOLD_DAYS).getTime()));
      const at = movingAt({ movesAt, remindedAt: null }, anchorAt, now);
      const move = { tenantId, publicationId, movesAt, toldAt: now, dueAt: daysAfter(at, -REMINDS_DAYS) };
      if (!(await this.repository.create(transaction, move))) return;
      await audit(transaction, tenantId, 'price_change.announced', publicationId, {
        after: { priceVersionId, movesAt },
      });
      await this.mail(transaction, tenantId, priceVersionId, at, false);
    });
  }

  private async step(move: PendingMove, now: Date): Promise<void> {
    const at = movingAt(move, move.anchorAt, now);
    const isOurs = move.stripeSubscriptionId === null;
    if (!move.remindedAt) {
      const remindsAt = daysAfter(at, -REMINDS_DAYS);
      if (now < remindsAt) return this.defer(move, remindsAt);
      await this.database.tenant(move.tenantId, async (transaction) => {
        const reminded = { remindedAt: now, dueAt: isOurs ? at : now };
        if (await this.repository.remind(transaction, move, reminded))
          await this.mail(transaction, move.tenantId, move.priceVersionId, at, true);
      });
      return;
    }
    if (!isOurs) return this.schedule(move, now);
    if (now < at) await this.defer(move, at);
    else if (!(await this.take(move, now))) await this.defer(move, new Date(now.getTime() + AGAIN_MS));
  }

  /** The period that has begun, and may be of the new price, is. @returns whether */
  private take(move: PendingMove, now: Date): Promise<boolean> {
    const { tenantId, publicationId, priceVersionId } = move;
    return this.database.tenant(tenantId, async (transaction) => {
      await this.billing.lockSubscription(transaction, tenantId);
      const pending = await this.repository.findPending(transaction, tenantId);
      if (pending?.publicationId !== publicationId || pending.stripeSubscriptionId || pending.nextAt) return false;
      const { priceVersion, status, anchorAt, updatedAt } = await this.billing.findSubscription(transaction, tenantId);
      const before = { priceVersionId: priceVersion.id, anchorAt, stripeSubscriptionId: null, trialEndsAt: null };
      await this.periods.advance(transaction, tenantId, before, now);
      const earliest = earliestOf(pending, now);
      const open = await this.billing.listOpen(transaction, tenantId);
      const first = open.find(({ startsAt }) => startsAt >= earliest);
      if (!first) return false;
      const after = { ...before, priceVersionId };
      const change = { since: first.startsAt, isPaidByPart: false, now };
      await this.periods.change(transaction, tenantId, before, after, change);
      const state = {
        ...after,
        status,
        next: null,
        updatedAt: new Date(Math.max(Date.now(), updatedAt.getTime() + 1)),
      };
      await this.billing.updateSubscription(transaction, tenantId, state, now);
      await audit(transaction, tenantId, 'subscription.changed', tenantId, {
        before: { priceVersionId: priceVersion.id },
        after: { priceVersionId },
      });
      return true;
    });
  }

  /** Stripe charges the new price with the next period, where that may be of it. */
  private async schedule(move: PendingMove, now: Date): Promise<void> {
    const { tenantId, priceVersionId } = move;
    const earliest = earliestOf(move, now);
    await this.change(tenantId, async (subscription, current) => {
      const { items, status, cancel_at_period_end: isLeaving, pending_update: pending } = subscription;
      const endsAt = fromStripe(items.data[0]!.current_period_end);
      const isSettled = (status === 'active' || status === 'trialing' || status === 'past_due') && !pending;
      const isFar = endsAt.getTime() - this.clock.now().getTime() >= TURNING_MS;
      // What Stripe has and we have not heard of yet is left alone.
      const isKnown = toLiveState(subscription).priceVersionId === current.id && !isWaiting(subscription) && !isLeaving;
      if (!isSettled || !isKnown || !isFar || endsAt < earliest) return;
      await this.prices.schedule(subscription, current, await this.find(priceVersionId));
    });
    // It comes by itself once it waits at Stripe; where it does not, it is looked at again.
    await this.defer(move, new Date(now.getTime() + AGAIN_MS));
  }

  /** The present price goes on, in whose place one was to come that was withdrawn. */
  private keep(tenantId: string): Promise<void> {
    return this.change(tenantId, async (subscription, current) => {
      const { priceVersionId, nextPrice } = toLiveState(subscription);
      if (!isWaiting(subscription) || subscription.cancel_at_period_end || priceVersionId !== current.id) return;
      // A customer may have chosen another plan meanwhile.
      if ((await this.find(nextPrice!)).planKey === current.planKey)
        await this.prices.schedule(subscription, current, current);
    });
  }

  private async find(priceVersionId: string): Promise<PriceVersion> {
    const [price] = await this.database.system((transaction) =>
      this.billing.findPriceVersions(transaction, [priceVersionId]),
    );
    return price!;
  }

  /** As the only one who changes the subscription at Stripe; what came of it is written down. */
  private async change(
    tenantId: string,
    work: (subscription: Stripe.Subscription, current: PriceVersion) => Promise<void>,
  ): Promise<void> {
    await this.prices.exclusively(tenantId, async () => {
      const { stripeSubscriptionId, priceVersion, customer } = await this.database.tenant(
        tenantId,
        async (transaction) => ({
          ...(await this.billing.findSubscription(transaction, tenantId)),
          customer: (await this.billing.findOrganization(transaction, tenantId)).stripeCustomerId,
        }),
      );
      if (!stripeSubscriptionId || !customer) return;
      await work(await this.stripe.subscriptions.retrieve(stripeSubscriptionId), priceVersion);
      await this.follower.follow(tenantId, customer);
    });
  }

  private async callOff({ tenantId, publicationId }: { tenantId: string; publicationId: string }, now: Date) {
    await this.database.tenant(tenantId, async (transaction) => {
      if (!(await this.repository.callOff(transaction, tenantId, publicationId, now))) return;
      await audit(transaction, tenantId, 'price_change.called_off', publicationId);
      const { priceVersion } = await this.billing.findSubscription(transaction, tenantId);
      await this.notifications.email(transaction, tenantId, {
        template: 'price_change_called_off',
        values: await this.valuesOf(transaction, tenantId, priceVersion),
      });
    });
  }

  private async mail(
    transaction: Transaction,
    tenantId: string,
    priceVersionId: string,
    at: Date,
    isReminder: boolean,
  ): Promise<void> {
    const [price] = await this.billing.findPriceVersions(transaction, [priceVersionId]);
    const values = { ...(await this.valuesOf(transaction, tenantId, price!)), at: at.toISOString(), isReminder };
    await this.notifications.email(transaction, tenantId, { template: 'price_change', values });
  }

  private async valuesOf(
    transaction: Transaction,
    tenantId: string,
    { planName: plan, currency, monthlyFeeMinor }: PriceVersion,
  ): Promise<MailValues['price_change_called_off']> {
    const { name: organizationName } = await this.billing.findOrganization(transaction, tenantId);
    return { organizationName, plan, monthlyFee: toMain(monthlyFeeMinor, currency), currency };
  }

  private async defer(move: PendingMove, dueAt: Date): Promise<void> {
    await this.database.tenant(move.tenantId, (transaction) => this.repository.setDue(transaction, move, dueAt));
  }
}
