import { Inject, Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { type BillingPeriod, BillingPeriods, BillingRepository, rate, toMain, withTerms } from '../billing/index.js';
import { CreditGrantsRepository } from '../credit-grants/index.js';
import { NotificationsService } from '../notifications/index.js';
import { UsageService } from '../usage/index.js';
import { WebhooksService } from '../webhooks/index.js';
import { issuedEvent, issuedMail } from './invoice-issued.js';
import { type Invoice, InvoicesRepository } from './invoices.repository.js';
import { type InvoiceLine, linesToBill } from './lines-to-bill.js';

/** A period is closed so long after its end: what was called until then has drained from the journals. */
const GRACE_MS = 3_600_000;
const TENANTS_MAX = 500;
const EPOCH = new Date(0);

/** Writes the invoices of billing periods that have ended. Any worker may do it, and several at once. */
@Injectable()
export class InvoiceWriter extends RepeatedWork {
  protected readonly everyMs = 60_000;

  constructor(
    private readonly database: Database,
    private readonly billing: BillingRepository,
    private readonly periods: BillingPeriods,
    private readonly repository: InvoicesRepository,
    private readonly usage: UsageService,
    private readonly webhooks: WebhooksService,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
    private readonly credits: CreditGrantsRepository,
    @Inject(CONFIG) private readonly config: Pick<Config, 'PUBLIC_URL'>,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    const now = this.clock.now();
    const tenants = await this.database.system((transaction) => this.billing.listEnded(transaction, now, TENANTS_MAX));
    // One that cannot be billed keeps no other waiting.
    for (const tenantId of tenants)
      await this.bill(tenantId, now).catch((error: Error) =>
        this.logger.error({ msg: `the periods of organization ${tenantId} could not be closed`, err: error }),
      );
  }

  /** Closes each of the organization's periods whose grace is over, the oldest first. */
  async bill(tenantId: string, now: Date): Promise<void> {
    while (await this.database.tenant(tenantId, (transaction) => this.closeOne(transaction, tenantId, now)));
  }

  /** The invoice and the end of its period are written together, so that neither is without the other and nothing is billed twice. */
  private async closeOne(transaction: Transaction, tenantId: string, now: Date): Promise<boolean> {
    await this.billing.lockSubscription(transaction, tenantId);
    const { deletesAt } = await this.billing.findOrganization(transaction, tenantId);
    if (deletesAt && deletesAt <= now) await this.periods.end(transaction, tenantId, deletesAt);
    else {
      const { priceVersion, ...terms } = await this.billing.findSubscription(transaction, tenantId);
      await this.periods.advance(transaction, tenantId, { ...terms, priceVersionId: priceVersion.id }, now);
    }
    const closing = await this.billing.findFirstEnded(transaction, tenantId, new Date(now.getTime() - GRACE_MS));
    if (!closing) return false;
    const included = closing.included ?? (await this.billing.findIncluded(transaction, tenantId, closing.endsAt));
    const closed = { ...closing, included };
    const { lines, collected } = await this.linesUpTo(transaction, tenantId, closed);
    for (const [currency, ofCurrency] of lines) {
      // Also what came late to a plan that Stripe collected, after it ended.
      const isForStripe = ofCurrency.some(
        ({ periodStart, amountMinor }) => amountMinor !== 0n && collected.has(periodStart.getTime()),
      );
      await this.write(transaction, tenantId, closed, currency, ofCurrency, isForStripe, now);
    }
    await this.billing.closePeriod(transaction, tenantId, closed, now);
    return true;
  }

  /** By currency, what is to be billed of the period, and of those before it that came late. */
  private async linesUpTo(
    transaction: Transaction,
    tenantId: string,
    closing: BillingPeriod,
  ): Promise<{ lines: Map<string, InvoiceLine[]>; collected: Set<number> }> {
    const until = { from: EPOCH, to: closing.endsAt };
    const used = await this.usage.sumByPrice(transaction, until);
    const billed = await this.repository.sumBilled(transaction);
    const earlier = await this.billing.listPeriods(transaction, tenantId, closing.startsAt);
    const periods = earlier.map((period) =>
      period.startsAt.getTime() === closing.startsAt.getTime() ? closing : period,
    );
    const ids = [...periods, ...used].map(({ priceVersionId }) => priceVersionId);
    const prices = await this.billing.findPriceVersions(transaction, [...new Set(ids)]);
    const lines = new Map<string, InvoiceLine[]>();
    for (const period of periods.toReversed()) {
      const { startsAt, endsAt, isCollectedByStripe, priceVersionId } = period;
      const isIn = ({ periodStart }: { periodStart: Date }) => periodStart >= startsAt && periodStart < endsAt;
      const usedIn = used.filter(isIn);
      const [current, ...others] = prices
        .filter(({ id }) => id === priceVersionId || usedIn.some((row) => row.priceVersionId === id))
        .toSorted((a, b) => Number(b.id === priceVersionId) - Number(a.id === priceVersionId))
        .map((price) => withTerms(price, period));
      const { lines: rated } = rate(current!, usedIn, others);
      // Stripe's own invoice has the fee, in advance.
      const ours = rated.filter(({ kind }) => kind !== 'plan' || !isCollectedByStripe);
      const currencyOf = (line: { priceVersionId: string }) =>
        prices.find(({ id }) => id === line.priceVersionId)!.currency;
      for (const currency of new Set(ours.map(currencyOf))) {
        const isOfCurrency = (line: { priceVersionId: string }) => currencyOf(line) === currency;
        const toBill = linesToBill(
          period,
          ours.filter(isOfCurrency),
          billed.filter(isIn).filter(isOfCurrency),
          currency,
        );
        lines.set(currency, [...(lines.get(currency) ?? []), ...toBill]);
      }
    }
    const collected = new Set(
      periods.filter(({ isCollectedByStripe }) => isCollectedByStripe).map(({ startsAt }) => startsAt.getTime()),
    );
    return { lines, collected };
  }

  private async write(
    transaction: Transaction,
    tenantId: string,
    period: BillingPeriod,
    currency: string,
    lines: InvoiceLine[],
    isForStripe: boolean,
    now: Date,
  ): Promise<void> {
    const totalMinor = lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    const ofPeriod = lines.find(({ periodStart }) => periodStart.getTime() === period.startsAt.getTime());
    if (lines.length === 0) return;
    const { name } = await this.billing.findOrganization(transaction, tenantId);
    const corrected = lines.filter(({ amountMinor }) => amountMinor < 0n).map(({ periodStart }) => periodStart);
    const { allocations: used, unpaidMinor } = await this.credits.allocate(
      transaction,
      currency,
      period.endsAt,
      totalMinor,
      corrected,
    );
    const creditsMinor = used.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    const isPaid = totalMinor === creditsMinor;
    // Whoever bought credits pays through Stripe.
    const isOwed = totalMinor >= 0n && used.some(({ amountMinor }) => amountMinor < 0n);
    const isDraft = !isPaid && (isForStripe || isOwed);
    const number = isDraft ? null : await this.repository.nextNumber(transaction, now);
    const invoice: Invoice = {
      id: uuidv7(),
      number,
      status: isDraft ? 'draft' : isPaid ? 'paid' : 'open',
      currency,
      periodStart: period.startsAt,
      periodEnd: period.endsAt,
      planName: (ofPeriod ?? lines[0]!).rated.plan,
      billedTo: name,
      totalMinor,
      creditsMinor,
      taxMinor: 0n,
      createdAt: now,
      issuedAt: isDraft ? null : now,
      paidAt: isPaid ? now : null,
    };
    await this.repository.create(transaction, tenantId, invoice, lines);
    // Nothing of it was paid in money, nor by credits that count: no worker makes money of it at Stripe.
    if (isDraft && unpaidMinor > 0n) await this.blockUnpaid(transaction, tenantId, invoice, unpaidMinor);
    await this.credits.apply(transaction, tenantId, invoice.id, used);
    if (totalMinor === 0n && creditsMinor === 0n) return;
    await audit(transaction, tenantId, 'invoice.created', invoice.id, {
      after: { number, currency, totalMinor: totalMinor.toString(), creditsMinor: creditsMinor.toString() },
    });
    if (isDraft) return;
    const event = issuedEvent(invoice, this.config.PUBLIC_URL);
    await this.webhooks.emit(transaction, tenantId, 'invoice.finalized', event, invoice.id);
    if (isPaid) await this.webhooks.emit(transaction, tenantId, 'invoice.paid', event, `${invoice.id} paid`);
    await this.notifications.email(transaction, tenantId, issuedMail(invoice));
  }

  private async blockUnpaid(
    transaction: Transaction,
    tenantId: string,
    { id, currency, createdAt }: Invoice,
    unpaidMinor: bigint,
  ): Promise<void> {
    const reason = 'more_than_paid';
    await this.repository.update(transaction, id, { blockedReason: reason, blockedSince: createdAt });
    const after = { reason, unpaid: `${toMain(unpaidMinor, currency)} ${currency}` };
    await audit(transaction, tenantId, 'invoice.blocked', id, { after });
  }
}
