import { Inject, Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { newId } from '../../platform/http/ids.js';
import { ONE_CALL } from '../../platform/stripe/one-call.js';
import { BillingRepository, findCard, type Gone, goneOf, toMain } from '../billing/index.js';
import { NotificationsService } from '../notifications/index.js';
import { type CreditGrantRow, CreditGrantsRepository, leftOf } from './credit-grants.repository.js';
import { toAudited } from './credit-grants.service.js';
import { CreditRefundsRepository } from './credit-refunds.repository.js';

/** Of following one purchase; each but the first finds that somebody else followed it meanwhile. */
const TRIES_MAX = 8;

const NOTHING_GONE: Gone = { gone: 0, isDisputed: false, failed: [] };

/** What became of a purchase that was carried on. */
export type Outcome = 'granted' | 'declined' | 'no_card' | 'card_refused';

/**
 * Buying credits: a grant that is unpaid, one invoice at Stripe for it, and granted once Stripe says that this is paid. An organization has one at a
 * time. Each step is found again by what it left, so that the work may end after any call and begin again, also by two at once: what is paid is the one
 * invoice that the row names, which Stripe takes money for once.
 */
@Injectable()
export class CreditPurchases {
  constructor(
    private readonly database: Database,
    private readonly repository: CreditGrantsRepository,
    private readonly billing: BillingRepository,
    private readonly stripe: Stripe,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'KINDRED_STRIPE_TAX'>,
    private readonly refunds: CreditRefundsRepository,
  ) {}

  /** The row of a purchase; the caller holds the lock of the subscription, and there is none unpaid. */
  async order(
    transaction: Transaction,
    tenantId: string,
    bought: { currency: string; amountMinor: bigint; createdBy: string | null },
  ): Promise<CreditGrantRow> {
    const isAutomatic = bought.createdBy === null;
    const row = await this.repository.create(transaction, {
      tenantId,
      id: newId(),
      kind: 'purchased',
      status: 'unpaid',
      ...bought,
      isAutomatic,
      createdAt: this.clock.now(),
    });
    await audit(transaction, tenantId, 'credit_grant.ordered', row.id, { after: toAudited(row) });
    return row;
  }

  /**
   * Takes an unpaid grant as far as it goes: to an invoice at Stripe that is open, and paid where a card pays it.
   *
   * @throws Error of Stripe's, where it did not answer or refuses; what was done stays, and is gone on with
   */
  async carryOn(row: CreditGrantRow): Promise<Outcome> {
    const { tenantId, id, currency, amountMinor } = row;
    const organization = await this.database.tenant(tenantId, (transaction) =>
      this.billing.findOrganization(transaction, tenantId),
    );
    // Whoever leaves is charged for nothing to come.
    if (organization.isEnding) return this.giveUp(row);
    const customer = await this.stripe.customers.retrieve(organization.stripeCustomerId!, {}, ONE_CALL);
    if (customer.deleted) throw new Error(`Stripe's customer ${customer.id} was deleted.`);
    const invoice = await this.findOrCreate(tenantId, id, customer.id, currency);
    let found = await this.stripe.invoices.retrieve(invoice, {}, ONE_CALL);
    if (found.status === 'draft') {
      const { data: items } = await this.stripe.invoiceItems.list({ invoice, limit: 1 }, ONE_CALL);
      if (items.length === 0)
        await this.stripe.invoiceItems.create(
          {
            customer: customer.id,
            invoice,
            currency,
            amount: Number(amountMinor),
            description: 'Prepaid credits',
            discountable: false,
            // It is taxed when it is bought: what credits pay for is not taxed again.
            ...(this.config.KINDRED_STRIPE_TAX && { tax_behavior: 'exclusive' as const }),
          },
          { ...ONE_CALL, idempotencyKey: `credits-${id}-item` },
        );
      const { subtotal } = await this.stripe.invoices.retrieve(invoice, {}, ONE_CALL);
      if (BigInt(subtotal) !== amountMinor) throw new Error(`Stripe's invoice ${invoice} is of another amount.`);
      found = await this.stripe.invoices.finalizeInvoice(
        invoice,
        // Nothing is tried again and again: who wants the credits pays, or buys anew.
        { auto_advance: false },
        { ...ONE_CALL, idempotencyKey: `credits-${id}-finalize` },
      );
    }
    const card = found.status === 'open' ? await findCard(this.stripe, customer) : undefined;
    const payment = card ? await this.pay(id, invoice, card) : undefined;
    const status = await this.follow(tenantId, invoice);
    if (status !== 'unpaid') return status === 'granted' ? 'granted' : 'declined';
    return payment ?? 'no_card';
  }

  /** A card that is refused, or cannot be charged any more, leaves the invoice to be paid by hand. @throws Error where Stripe does not say whether the card pays */
  private async pay(id: string, invoice: string, card: string): Promise<'card_refused'> {
    try {
      await this.stripe.invoices.pay(
        invoice,
        { payment_method: card, off_session: true },
        { ...ONE_CALL, idempotencyKey: `credits-${id}-pay-${card}` },
      );
    } catch (error) {
      const { StripeCardError, StripeInvalidRequestError } = Stripe.errors;
      if (!(error instanceof StripeCardError || error instanceof StripeInvalidRequestError)) throw error;
    }
    return 'card_refused';
  }

  private async findOrCreate(tenantId: string, id: string, customer: string, currency: string): Promise<string> {
    const known = await this.database.tenant(tenantId, (transaction) => this.repository.find(transaction, id));
    if (known!.stripeInvoiceId) return known!.stripeInvoiceId;
    const { id: created } = await this.stripe.invoices.create(
      {
        customer,
        currency,
        auto_advance: false,
        automatic_tax: { enabled: this.config.KINDRED_STRIPE_TAX },
        pending_invoice_items_behavior: 'exclude',
        metadata: { credit_grant_id: id },
      },
      { ...ONE_CALL, idempotencyKey: `credits-${id}-invoice` },
    );
    // Where there were two, the other one stays a draft, by which nothing is paid.
    return this.database.tenant(tenantId, (transaction) => this.repository.setStripeInvoice(transaction, id, created));
  }

  /**
   * Asks Stripe for the invoice of a purchase and writes down what it says: paid, the credits are there, once, whatever was thought of it before, less what
   * has gone back of the payment since.
   *
   * @returns what it is now; null where the invoice is of no purchase
   * @throws Error where others change it all the while
   */
  async follow(tenantId: string, stripeInvoiceId: string): Promise<CreditGrantRow['status'] | null> {
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      const row = await this.database.tenant(tenantId, (transaction) =>
        this.repository.findByStripe(transaction, stripeInvoiceId),
      );
      if (!row) return null;
      const invoice = await this.stripe.invoices.retrieve(stripeInvoiceId, {}, ONE_CALL);
      const { gone, isDisputed, failed } =
        invoice.status === 'paid' ? await goneOf(this.stripe, invoice) : NOTHING_GONE;
      const takenBackMinor = shareOf(row.amountMinor, gone, invoice.total);
      const written = await this.database.tenant(tenantId, async (transaction) => {
        // Also where it stays as it is: who asked before, and writes after, is refused.
        if (!(await this.repository.setTakenBack(transaction, row.id, row.follows, takenBackMinor))) return null;
        const isDeleted = await this.isDeleted(transaction, tenantId);
        // Of one that was deleted nothing is left but what it paid.
        if (takenBackMinor !== row.takenBackMinor && !isDeleted)
          await this.tellTakenBack(transaction, row, takenBackMinor, isDisputed);
        const status = await this.write(transaction, row, invoice);
        return { status, failed: isDeleted ? await this.giveRest(transaction, row.id, failed) : [] };
      });
      if (!written) continue;
      // Above organizations, as this one is no more.
      for (const id of written.failed)
        await this.database.system((transaction) => audit(transaction, null, 'credit_refund.failed', id));
      return written.status;
    }
    throw new Error(`The credit purchase of Stripe's invoice ${stripeInvoiceId} is changing too fast to keep up with.`);
  }

  private async write(
    transaction: Transaction,
    row: CreditGrantRow,
    { status, hosted_invoice_url: payUrl }: Stripe.Invoice,
  ): Promise<CreditGrantRow['status']> {
    const decidedAt = this.clock.now();
    if (status === 'paid') {
      const isNew = await this.repository.decide(transaction, row.id, ['unpaid', 'declined'], {
        status: 'granted',
        decidedAt,
      });
      if (isNew) await audit(transaction, row.tenantId, 'credit_grant.granted', row.id, { after: toAudited(row) });
      return 'granted';
    }
    if (status === 'void') {
      await this.decline(transaction, row, decidedAt);
      return 'declined';
    }
    if (payUrl) await this.repository.setPayUrl(transaction, row.id, payUrl);
    return (await this.repository.find(transaction, row.id))!.status;
  }

  private async isDeleted(transaction: Transaction, tenantId: string): Promise<boolean> {
    const { isEnding, deletesAt } = await this.billing.findOrganization(transaction, tenantId);
    return isEnding && !deletesAt;
  }

  /** What became refundable after its organization was deleted: paid late, won from a bank, or not taken by one. @returns the refunds that have failed */
  private async giveRest(transaction: Transaction, id: string, failed: string[]): Promise<string[]> {
    const grant = (await this.repository.find(transaction, id))!;
    if (grant.status !== 'granted' || leftOf(grant) === 0n) return [];
    const reopened = await this.refunds.reopen(transaction, failed, this.clock.now());
    await this.refunds.orderRest(transaction, grant, this.clock.now());
    return reopened;
  }

  /** What was used of it is owed from then on; a bank that decides for us gives all back. */
  private async tellTakenBack(
    transaction: Transaction,
    row: CreditGrantRow,
    takenBackMinor: bigint,
    isDisputed: boolean,
  ): Promise<void> {
    const { tenantId, id, currency } = row;
    const isMore = takenBackMinor > row.takenBackMinor;
    const [before, after] = [row.takenBackMinor, takenBackMinor].map((amount) => ({
      takenBack: toMain(amount, currency),
      currency,
    }));
    const action = isMore ? 'credit_grant.taken_back' : 'credit_grant.given_back';
    await audit(transaction, tenantId, action, id, { before, after });
    if (!isMore) return;
    // Nobody's card is charged anew while their bank takes money back.
    if (isDisputed && (await this.repository.stopTopUp(transaction, tenantId, this.clock.now())))
      await audit(transaction, tenantId, 'credit_top_up.stopped', tenantId);
    const owed = await this.repository.owed(transaction, currency);
    const amount = toMain(takenBackMinor - row.takenBackMinor, currency);
    const values = { amount, owed: toMain(owed, currency), currency };
    await this.notifications.email(transaction, tenantId, { template: 'credits_taken_back', values });
  }

  /** Null where the draft was deleted, by whoever was killed before they wrote it down. */
  private async statusOf(invoice: string): Promise<Stripe.Invoice.Status | null> {
    try {
      return (await this.stripe.invoices.retrieve(invoice, {}, ONE_CALL)).status;
    } catch (error) {
      if (error instanceof Stripe.errors.StripeError && error.code === 'resource_missing') return null;
      throw error;
    }
  }

  /** Nothing can be paid for it any more; unless it was paid. */
  async giveUp(row: CreditGrantRow): Promise<'granted' | 'declined'> {
    const { tenantId, id } = row;
    const current = await this.database.tenant(tenantId, (transaction) => this.repository.find(transaction, id));
    const invoice = current!.stripeInvoiceId;
    if (invoice) {
      const status = await this.statusOf(invoice);
      if (status === 'draft') await this.stripe.invoices.del(invoice, {}, ONE_CALL);
      if (status === 'open' || status === 'uncollectible')
        await this.stripe.invoices.voidInvoice(invoice, {}, ONE_CALL);
      const isThere = status !== null && status !== 'draft';
      if (isThere && (await this.follow(tenantId, invoice)) === 'granted') return 'granted';
    }
    await this.database.tenant(tenantId, (transaction) => this.decline(transaction, row, this.clock.now()));
    return 'declined';
  }

  private async decline(transaction: Transaction, row: CreditGrantRow, decidedAt: Date): Promise<void> {
    if (await this.repository.decide(transaction, row.id, ['unpaid'], { status: 'declined', decidedAt }))
      await audit(transaction, row.tenantId, 'credit_grant.declined', row.id, { before: toAudited(row) });
  }
}

/** Of an amount without tax, what a part of the total with tax comes to: rounded half up. @param total of Stripe's invoice */
function shareOf(amountMinor: bigint, part: number, total: number): bigint {
  if (total <= 0) return 0n;
  return (2n * amountMinor * BigInt(part) + BigInt(total)) / (2n * BigInt(total));
}
