import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Decimal } from '../../platform/decimal.js';
import { periodAt } from '../usage/index.js';
import { type BillingPeriod, BillingRepository, type SubscriptionState } from './billing.repository.js';

type Terms = Pick<SubscriptionState, 'anchorAt' | 'priceVersionId' | 'stripeSubscriptionId' | 'trialEndsAt'>;

/** Decimal places of a share of a month, as the column has them. */
const SHARE_DIGITS = 10;

/**
 * The periods that organizations are billed by. They are written down, so that each moment of an organization belongs to exactly one, whatever
 * becomes of its anchor: usage counts for the period that its `periodStart` lies in. A period has one price.
 *
 * Whoever calls what writes holds the lock of the organization's subscription.
 */
@Injectable()
export class BillingPeriods {
  constructor(private readonly repository: BillingRepository) {}

  /** The one that runs under these terms, written down or not. */
  async running(transaction: Transaction, tenantId: string, terms: Terms, now: Date): Promise<BillingPeriod> {
    return (await this.begunUntil(transaction, tenantId, terms, now)).last;
  }

  /** Writes down the periods that have begun until now, under the terms that hold. */
  async advance(transaction: Transaction, tenantId: string, terms: Terms, now: Date): Promise<void> {
    const { begun } = await this.begunUntil(transaction, tenantId, terms, now);
    for (const period of begun) await this.repository.createPeriod(transaction, tenantId, period);
  }

  /**
   * Other terms begin a period of their own, which ends the one that runs. What was billed already stays.
   *
   * @param since when they began, which may be long ago: who tells us of it may be late
   * @param isPaidByPart whether what ends is paid for its part of the month, and not for the whole: as where another plan goes on
   */
  async change(
    transaction: Transaction,
    tenantId: string,
    before: Terms,
    after: Terms,
    { since, isPaidByPart, now }: { since: Date; isPaidByPart: boolean; now: Date },
  ): Promise<void> {
    await this.advance(transaction, tenantId, before, now);
    const at = await this.cut(transaction, tenantId, since, isPaidByPart);
    await this.repository.createPeriod(transaction, tenantId, periodFrom(after, at));
    await this.advance(transaction, tenantId, after, now);
  }

  /** The last one ends then, or where what was billed already does. */
  async end(transaction: Transaction, tenantId: string, at: Date): Promise<void> {
    await this.cut(transaction, tenantId, at, false);
  }

  /** No period goes on from there. @returns where: at the earliest at the end of what was billed */
  private async cut(transaction: Transaction, tenantId: string, since: Date, isPaidByPart: boolean): Promise<Date> {
    const open = await this.repository.listOpen(transaction, tenantId);
    const at = open[0] && open[0].startsAt > since ? open[0].startsAt : since;
    for (const period of open) {
      const { startsAt, endsAt } = period;
      if (startsAt >= at) await this.repository.deletePeriod(transaction, tenantId, startsAt);
      else if (endsAt > at) {
        const passed = isPaidByPart ? shareUntil(period, at) : period.share;
        const included = await this.repository.findIncluded(transaction, tenantId, at);
        await this.repository.cutPeriod(transaction, tenantId, startsAt, { endsAt: at, share: passed, included });
      }
    }
    return at;
  }

  private async begunUntil(
    transaction: Transaction,
    tenantId: string,
    terms: Terms,
    now: Date,
  ): Promise<{ last: BillingPeriod; begun: BillingPeriod[] }> {
    const begun: BillingPeriod[] = [];
    let last = await this.repository.findLastPeriod(transaction, tenantId);
    while (!last || last.endsAt <= now) begun.push((last = periodFrom(terms, last?.endsAt ?? terms.anchorAt)));
    return { last, begun };
  }
}

/** What a period is worth that is cut then and paid by its part. */
export function shareUntil({ startsAt, endsAt, share }: BillingPeriod, at: Date): Decimal {
  return share.times(partOf({ start: startsAt, end: endsAt }, startsAt, at));
}

/** Until the month of the anchor ends that `at` lies in, of which it may be the rest. */
function periodFrom(terms: Terms, at: Date): BillingPeriod {
  const month = periodAt(terms.anchorAt, at);
  return {
    startsAt: at,
    endsAt: month.end,
    priceVersionId: terms.priceVersionId,
    isCollectedByStripe: terms.stripeSubscriptionId !== null,
    isTrial: terms.trialEndsAt !== null,
    share: partOf(month, at, month.end),
    closedAt: null,
    included: null,
  };
}

function partOf(month: { start: Date; end: Date }, from: Date, to: Date): Decimal {
  const [part, whole] = [to.getTime() - from.getTime(), month.end.getTime() - month.start.getTime()];
  return new Decimal(part).div(whole).toDecimalPlaces(SHARE_DIGITS);
}
