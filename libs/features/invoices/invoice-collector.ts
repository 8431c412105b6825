import { Inject, Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { type Claim, releaseRow } from '../../platform/queue/leased-rows.js';
import type { ClaimOrder } from '../../platform/queue/leased-work.js';
import { ONE_CALL } from '../../platform/stripe/one-call.js';
import { StripeOutbox } from '../../platform/stripe/stripe-outbox.js';
import { BillingRepository, findCard } from '../billing/index.js';
import { InvoiceFollower, isSame, totalsOf } from './invoice-follower.js';
import {
  type BlockedReason,
  type ClaimedInvoice,
  INVOICES,
  InvoicesRepository,
  type KeptInvoice,
  NEXT_INVOICES,
  untaxedDueMinorOf,
} from './invoices.repository.js';
import type { InvoiceLine } from './lines-to-bill.js';

/** Organizations at a time, in one worker. */
const ORGANIZATIONS_MAX = 16;
const PAGE = 100;
/** Until what is open is looked at again: webhooks tell earlier. */
const OPEN_SECONDS = 86_400;
/** Stripe's own tries to charge, after which it is not asked to begin anew. */
const ATTEMPTS_MAX = 8;

type Draft = KeptInvoice & { lines: InvoiceLine[] };

/** Why a draft stays one, with figures for whoever looks into it. */
class Blocked extends Error {
  constructor(
    readonly reason: BlockedReason,
    readonly figures: object = {},
  ) {
    super(reason);
  }
}

/**
 * Takes our drafts to Stripe, which collects them: one invoice there for each of ours, with our lines, finalized only where both come to the same. The
 * drafts are the queue. Whatever was done before is found there, by what it is marked with, so that the work may end after any call and begin again.
 */
@Injectable()
export class InvoiceCollector extends StripeOutbox<ClaimedInvoice, BlockedReason> {
  protected readonly table = INVOICES;
  protected readonly most = ORGANIZATIONS_MAX;

  constructor(
    database: Database,
    private readonly repository: InvoicesRepository,
    private readonly billing: BillingRepository,
    private readonly follower: InvoiceFollower,
    private readonly stripe: Stripe,
    @Inject(CONFIG) private readonly config: Pick<Config, 'KINDRED_STRIPE_TAX'>,
  ) {
    super(database);
  }

  protected override order(room: number): ClaimOrder {
    return [NEXT_INVOICES, room];
  }

  protected override read(transaction: Transaction, claims: Claim[]): Promise<ClaimedInvoice[]> {
    return this.repository.readClaimed(transaction, claims);
  }

  protected override async send(claimed: ClaimedInvoice, lease: AbortSignal): Promise<void> {
    const { tenantId, id } = claimed;
    await this.collect(claimed, lease);
    await this.database.tenant(tenantId, async (transaction) => {
      if (await releaseRow(transaction, INVOICES, claimed, OPEN_SECONDS))
        await this.repository.unblock(transaction, id);
    });
  }

  protected override reasonOf(error: Error): BlockedReason | undefined {
    if (error instanceof Blocked) return error.reason;
    return error instanceof Stripe.errors.StripeInvalidRequestError ? 'refused' : undefined;
  }

  protected override isKeySpent(error: Error): boolean {
    return error instanceof Blocked || super.isKeySpent(error);
  }

  protected override raiseKeyRound(transaction: Transaction, id: string): Promise<void> {
    return this.repository.raiseKeyRound(transaction, id);
  }

  protected override async block(
    transaction: Transaction,
    { tenantId, id }: ClaimedInvoice,
    reason: BlockedReason,
    error: Error,
  ): Promise<void> {
    const invoice = (await this.repository.find(transaction, id))!;
    if (invoice.blockedReason === 'more_than_paid') return;
    await this.follower.block(transaction, tenantId, invoice, reason, figuresOf(error));
  }

  private async collect({ tenantId, id }: ClaimedInvoice, lease: AbortSignal): Promise<void> {
    const { draft, customer } = await this.database.tenant(tenantId, async (transaction) => ({
      draft: (await this.repository.find(transaction, id))!,
      customer: (await this.billing.findOrganization(transaction, tenantId)).stripeCustomerId,
    }));
    if (draft.status === 'draft') {
      // First of all, as it stays so whatever else hinders it. What an operator credited at Stripe, marked with the invoice, ends it.
      const isUnpaid = draft.blockedReason === 'more_than_paid';
      if (isUnpaid && !(customer && (await this.isCredited(draft, customer)))) throw new Blocked('more_than_paid');
      if (!customer) throw new Blocked('no_customer');
      const found = await this.stripe.customers.retrieve(customer, {}, ONE_CALL);
      if (found.deleted) throw new Blocked('customer_deleted');
      lease.throwIfAborted();
      if (untaxedDueMinorOf(draft) <= 0n) return this.credit(tenantId, draft, customer, lease);
      draft.stripeInvoiceId ??= await this.findOrCreate(tenantId, draft, customer);
      lease.throwIfAborted();
      await this.finalize(draft, found, draft.stripeInvoiceId, lease);
    } else await this.resume(draft.stripeInvoiceId!);
    await this.follower.follow(tenantId, draft.stripeInvoiceId!);
  }

  /** Where a subscription ends, Stripe collects nothing of its customer by itself any more: what was rated is owed all the same. */
  private async resume(invoice: string): Promise<void> {
    const found = await this.stripe.invoices.retrieve(invoice, {}, ONE_CALL);
    if (found.status !== 'open' || found.auto_advance || found.attempt_count >= ATTEMPTS_MAX) return;
    await this.stripe.invoices.update(invoice, { auto_advance: true }, ONE_CALL);
  }

  /** Looks first: a key is forgotten after a day, and its worker may have been away for longer. */
  private async findOrCreate(tenantId: string, draft: Draft, customer: string): Promise<string> {
    const stripeInvoiceId = (await this.findEarlier(draft, customer)) ?? (await this.create(draft, customer)).id;
    await this.database.tenant(tenantId, (transaction) =>
      this.repository.setStripeInvoice(transaction, draft.id, stripeInvoiceId),
    );
    return stripeInvoiceId;
  }

  private async findEarlier({ id }: Draft, customer: string): Promise<string | undefined> {
    for await (const each of this.stripe.invoices.list({ customer, limit: PAGE }, ONE_CALL))
      if (each.metadata?.['invoice_id'] === id) return each.id;
    return undefined;
  }

  private create(draft: Draft, customer: string): Promise<Stripe.Invoice> {
    return this.stripe.invoices.create(
      {
        customer,
        currency: draft.currency,
        auto_advance: false,
        pending_invoice_items_behavior: 'exclude',
        metadata: { invoice_id: draft.id },
      },
      { ...ONE_CALL, idempotencyKey: keyOf(draft, 'invoice') },
    );
  }

  /** Puts on it what is missing, and opens it if both come to the same. What is no draft at Stripe any more is left to be followed. */
  private async finalize(draft: Draft, customer: Stripe.Customer, invoice: string, lease: AbortSignal): Promise<void> {
    if ((await this.stripe.invoices.retrieve(invoice, {}, ONE_CALL)).status !== 'draft') return;
    const isTaxed = this.config.KINDRED_STRIPE_TAX;
    const there = new Set<string>();
    for await (const { metadata } of this.stripe.invoiceItems.list({ invoice, limit: PAGE }, ONE_CALL))
      if (metadata?.['position']) there.add(metadata['position']);
    for (const { position, ...item } of itemsOf(draft, isTaxed)) {
      if (there.has(position)) continue;
      lease.throwIfAborted();
      await this.stripe.invoiceItems.create(
        {
          customer: customer.id,
          invoice,
          currency: draft.currency,
          ...item,
          // A coupon is for the fee.
          discountable: false,
          ...(isTaxed && { tax_behavior: 'exclusive' as const }),
          metadata: { position },
        },
        { ...ONE_CALL, idempotencyKey: keyOf(draft, `line-${position}`) },
      );
    }
    lease.throwIfAborted();
    const method = await findCard(this.stripe, customer);
    const found = await this.stripe.invoices.update(
      invoice,
      { automatic_tax: { enabled: isTaxed }, ...(method && { default_payment_method: method }) },
      ONE_CALL,
    );
    if (found.automatic_tax.status === 'requires_location_inputs') throw new Blocked('no_tax_location');
    if (found.automatic_tax.status === 'failed') throw new Error('Stripe could not compute the tax.');
    if (!isSame(draft, found)) throw new Blocked('other_total', totalsOf(draft, found));
    lease.throwIfAborted();
    await this.stripe.invoices.finalizeInvoice(
      invoice,
      { auto_advance: true },
      { ...ONE_CALL, idempotencyKey: keyOf(draft, 'finalize') },
    );
  }

  /** What is in the customer's favour pays for their next invoice at Stripe; ours is issued as one of nothing to pay. */
  private async credit(tenantId: string, draft: Draft, customer: string, lease: AbortSignal): Promise<void> {
    const dueMinor = untaxedDueMinorOf(draft);
    if (dueMinor < 0n && !(await this.isCredited(draft, customer))) {
      lease.throwIfAborted();
      await this.stripe.customers.createBalanceTransaction(
        customer,
        { amount: Number(dueMinor), currency: draft.currency, metadata: { invoice_id: draft.id } },
        { ...ONE_CALL, idempotencyKey: keyOf(draft, 'credit') },
      );
    }
    await this.follower.issueCredit(tenantId, draft.id);
  }

  private async isCredited({ id }: Draft, customer: string): Promise<boolean> {
    for await (const { metadata } of this.stripe.customers.listBalanceTransactions(customer, { limit: PAGE }, ONE_CALL))
      if (metadata?.['invoice_id'] === id) return true;
    return false;
  }
}

/** The same for the same call of the same invoice, until Stripe has refused one. */
function keyOf({ id, keyRound }: Draft, what: string): string {
  return `invoice-${id}-${what}-${keyRound}`;
}

/**
 * What is put on Stripe's invoice: an item for each line that is of something, and less what prepaid credits pay of them. An invoice that is taxed takes
 * none below zero, so that one with credits or corrections has a single item.
 */
function itemsOf(draft: Draft, isTaxed: boolean) {
  const { lines, creditsMinor, periodStart, periodEnd } = draft;
  const each = lines.map((line, place) => ({ ...line, position: String(place), description: line.rated.description }));
  const ofWhole = { periodStart, periodEnd };
  const description = creditsMinor < 0n ? 'Prepaid credits given or taken back' : 'Prepaid credits';
  const credits = { ...ofWhole, position: 'credits', amountMinor: -creditsMinor, description };
  const whole = {
    position: 'all',
    amountMinor: untaxedDueMinorOf(draft),
    description: 'Use, less credits and corrections',
  };
  const parts = [...each, credits];
  const isOne = isTaxed && parts.some(({ amountMinor }) => amountMinor < 0n);
  return (isOne ? [{ ...ofWhole, ...whole }] : parts)
    .map((part) => ({
      position: part.position,
      amount: Number(part.amountMinor),
      description: part.description,
      period: { start: secondsOf(part.periodStart), end: secondsOf(part.periodEnd) },
    }))
    .filter(({ amount }) => amount !== 0);
}

function figuresOf(error: Error): object {
  if (error instanceof Blocked) return error.figures;
  return error instanceof Stripe.errors.StripeError ? { code: error.code ?? null } : {};
}

function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}
