import { Inject, Injectable, Logger } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, NIL_ID, parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { releaseRow } from '../../platform/queue/leased-rows.js';
import { waitAfter } from '../../platform/queue/waits.js';
import { ONE_CALL } from '../../platform/stripe/one-call.js';
import {
  fromStripe,
  invoiceOfCharge,
  paymentFailedMail,
  SubscriptionFollower,
  toInvoiceEvent,
  toPaymentFailedEvent,
} from '../billing/index.js';
import { CreditPurchases } from '../credit-grants/index.js';
import { InvoiceFollower } from '../invoices/index.js';
import { NotificationsService } from '../notifications/index.js';
import { type WebhookEventData, WebhooksService } from '../webhooks/index.js';
import { eventUnderWay, wrongSignature } from './stripe-events.errors.js';
import {
  type ClaimedStripeEvent,
  type NewStripeEvent,
  type Outcome,
  STRIPE_EVENTS,
  type StripeEventRow,
  StripeEventsRepository,
} from './stripe-events.repository.js';
import type { IgnoredReason, ListStripeEventsQuery, StripeEventView } from './stripe-events.schema.js';

/** Why the card was refused, as Stripe says; kept of `payment_intent.payment_failed`. */
export interface PaymentFailure {
  code: string | null;
  /** The bank's. */
  declineCode: string | null;
  message: string | null;
}

/** What may change something here, and why a card was refused. */
export const FOLLOWED_TYPES = [
  'checkout.session.completed',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.trial_will_end',
  'invoice.finalized',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.voided',
  'invoice.marked_uncollectible',
  'credit_note.created',
  'charge.refunded',
  'charge.refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'charge.dispute.closed',
  'payment_intent.payment_failed',
] as const satisfies Stripe.Event.Type[];

/** By which a bank takes money back. */
const WITHDRAWS = new Set(['charge.dispute.created', 'charge.dispute.funds_withdrawn']);

const ERROR_CHARACTERS_MAX = 500;

/**
 * Keeps what Stripe tells and follows it. An event only says whose state may have changed: that is fetched afresh, so that duplicates, late and
 * reordered deliveries all end in Stripe's present state.
 */
@Injectable()
export class StripeEventsService {
  private readonly logger = new Logger(StripeEventsService.name);

  constructor(
    private readonly database: Database,
    private readonly repository: StripeEventsRepository,
    private readonly subscriptions: SubscriptionFollower,
    private readonly invoices: InvoiceFollower,
    private readonly purchases: CreditPurchases,
    private readonly stripe: Stripe,
    private readonly webhooks: WebhooksService,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Takes one webhook. It is durable when this resolves, whatever came of following it: what failed is followed by a worker.
   *
   * @throws Problem 400 for a signature that is not Stripe's
   */
  async receive(body: Buffer, signature: string): Promise<void> {
    const claimed = await this.keep(this.verify(body, signature), true);
    if (claimed) await this.follow(claimed);
  }

  /** Keeps one that no webhook brought, unless it is here. */
  async keepMissing(event: Stripe.Event): Promise<void> {
    await this.keep(event, false);
  }

  private async keep(event: Stripe.Event, isTaken: boolean): Promise<ClaimedStripeEvent | null> {
    const customerId = customerOf(event);
    const tenantId = customerId ? await this.subscriptions.findTenant(customerId) : null;
    const receivedAt = this.clock.now();
    const kept: NewStripeEvent = {
      tenantId: tenantId ?? NIL_ID,
      id: newId(),
      eventId: event.id,
      type: event.type,
      createdAt: event.created ? fromStripe(event.created) : receivedAt,
      receivedAt,
      customerId,
      invoiceId: invoiceOf(event),
      telling: tellingOf(event),
      reason: reasonToIgnore(event, tenantId),
    };
    if (kept.reason === 'unknown_customer')
      this.logger.warn(`Stripe's event ${event.id}: no organization pays as ${customerId}`);
    return this.database.system((transaction) => this.repository.keep(transaction, kept, isTaken));
  }

  /** Follows one and writes down what came of it. Should the process end in between, the lease runs out and it is followed again. */
  async follow(claimed: ClaimedStripeEvent): Promise<void> {
    try {
      const outcome = await this.look(claimed);
      await this.database.system((transaction) => this.repository.end(transaction, claimed, outcome, this.clock.now()));
    } catch (error) {
      const { message } = error as Error;
      const wait = waitAfter(claimed.tries);
      this.logger.warn({ msg: `Stripe's event ${claimed.eventId} is followed again in ${wait} s`, err: error });
      // Where that fails too, the lease runs out.
      await this.database
        .system(async (transaction) => {
          await this.repository.setError(transaction, claimed, message.slice(0, ERROR_CHARACTERS_MAX));
          await releaseRow(transaction, STRIPE_EVENTS, claimed, wait);
        })
        .catch((failure: Error) => this.logger.warn(failure.message));
    }
  }

  private async look({ eventId, type, invoiceId: named, telling, ...claimed }: ClaimedStripeEvent): Promise<Outcome> {
    const charge = isOfCharge(type) ? await this.chargeOf(eventId) : null;
    // A dispute names no customer, nor does a refund.
    const customerId = claimed.customerId ?? idOf(charge?.customer);
    const isKnown = claimed.tenantId !== NIL_ID;
    const tenantId = isKnown ? claimed.tenantId : customerId && (await this.subscriptions.findTenant(customerId));
    if (!FOLLOWED_TYPES.some((each) => each === type)) return ignored('unknown_type', tenantId);
    if (!tenantId || !customerId) return ignored('unknown_customer', tenantId);
    const invoiceId = charge ? await invoiceOfCharge(this.stripe, charge) : named;
    const ofOurs =
      invoiceId &&
      (charge
        ? await this.invoices.followRefund(tenantId, charge.id, invoiceId)
        : await this.invoices.follow(tenantId, invoiceId, { id: eventId, type }));
    if (ofOurs) return { effect: ofOurs, reason: null, tenantId };
    const purchase = invoiceId && (await this.purchases.follow(tenantId, invoiceId));
    if (purchase) return { effect: purchase === 'unpaid' ? 'unchanged' : 'changed', reason: null, tenantId };
    // Of a fee, as Stripe's own invoice is none of those.
    const isStopped = WITHDRAWS.has(type) && (await this.invoices.stopTopUp(tenantId));
    const effect = await this.subscriptions.follow(tenantId, customerId);
    const isTold =
      type === 'customer.subscription.trial_will_end'
        ? await this.tellTrialEnd(tenantId)
        : telling !== null && (await this.tell(tenantId, eventId, type, telling));
    return { effect: isTold || isStopped ? 'changed' : effect, reason: null, tenantId };
  }

  private async chargeOf(eventId: string): Promise<Stripe.Charge> {
    const { data } = await this.stripe.events.retrieve(eventId, {}, ONE_CALL);
    const object = data.object as Stripe.Charge | Stripe.Dispute | Stripe.Refund;
    return this.stripe.charges.retrieve(object.object === 'charge' ? object.id : idOf(object.charge)!, {}, ONE_CALL);
  }

  private tellTrialEnd(tenantId: string): Promise<boolean> {
    return this.database.tenant(tenantId, async (transaction) => {
      const mail = await this.subscriptions.trialMail(transaction, tenantId);
      if (mail) await this.notifications.email(transaction, tenantId, mail);
      return mail !== null;
    });
  }

  /** Passes on what happened to an invoice of Stripe's own, once for each event. */
  private tell(tenantId: string, eventId: string, type: string, telling: object): Promise<boolean> {
    return this.database.tenant(tenantId, async (transaction) => {
      if (type === 'payment_intent.payment_failed') return false;
      if (type !== 'invoice.payment_failed') {
        const data = telling as WebhookEventData<'invoice.paid'>;
        // One of a pause is void at once: nothing is to be paid by it.
        if (await this.subscriptions.isPaused(transaction, tenantId, new Date(data.periodStart))) return false;
        return this.webhooks.emit(transaction, tenantId, type as 'invoice.paid', data, eventId);
      }
      const data = telling as WebhookEventData<'invoice.payment_failed'>;
      const isNew = await this.webhooks.emit(transaction, tenantId, type, data, eventId);
      if (isNew) await this.notifications.email(transaction, tenantId, paymentFailedMail(data));
      return isNew;
    });
  }

  list(query: ListStripeEventsQuery) {
    return this.database.system(async (transaction) =>
      toPage((await this.repository.list(transaction, query)).map(toView), query),
    );
  }

  /**
   * Follows one now, whatever came of it before.
   *
   * @throws Problem 404, or 409 while it is followed
   */
  async retry(id: string): Promise<StripeEventView> {
    const claimed = await this.database.system(async (transaction) => {
      if (!(await this.repository.find(transaction, parseId('event', id)))) throw notFound('event', id);
      const taken = await this.repository.take(transaction, id);
      if (!taken) throw eventUnderWay();
      await audit(transaction, null, 'stripe_event.retried', id);
      return taken;
    });
    await this.follow(claimed);
    return this.database.system(async (transaction) => toView((await this.repository.find(transaction, id))!));
  }

  private verify(body: Buffer, signature: string): Stripe.Event {
    try {
      return this.stripe.webhooks.constructEvent(body, signature, this.config.STRIPE_WEBHOOK_SECRET!);
    } catch {
      throw wrongSignature();
    }
  }
}

function ignored(reason: IgnoredReason, tenantId: string | null): Outcome {
  return { effect: 'ignored', reason, tenantId: tenantId ?? NIL_ID };
}

function reasonToIgnore(event: Stripe.Event, tenantId: string | null): IgnoredReason | null {
  if (!FOLLOWED_TYPES.some((each) => each === event.type)) return 'unknown_type';
  return tenantId || (!customerOf(event) && isOfCharge(event.type)) ? null : 'unknown_customer';
}

/** What is told of a charge, or of a dispute or refund of one. */
function isOfCharge(type: string): boolean {
  return type.startsWith('charge.') || type.startsWith('refund.');
}

function idOf(object: string | { id: string } | null | undefined): string | null {
  return typeof object === 'string' ? object : (object?.id ?? null);
}

function customerOf({ data }: Stripe.Event): string | null {
  const object = data.object as { object?: string; id?: string; customer?: unknown };
  if (object.object === 'customer') return object.id ?? null;
  return typeof object.customer === 'string' ? object.customer : null;
}

function invoiceOf({ data }: Stripe.Event): string | null {
  const object = data.object as { object?: string; id?: string; invoice?: unknown };
  if (object.object === 'credit_note') return typeof object.invoice === 'string' ? object.invoice : null;
  return object.object === 'invoice' ? (object.id ?? null) : null;
}

/** Of an event that customers are told nothing of by itself: their invoice's says that it failed. */
function toPaymentFailure({ last_payment_error: error }: Stripe.PaymentIntent): PaymentFailure {
  return { code: error?.code ?? null, declineCode: error?.decline_code ?? null, message: error?.message ?? null };
}

/** Kept of the event, as by the time that it is followed Stripe may say more. */
function tellingOf(event: Stripe.Event): object | null {
  switch (event.type) {
    case 'invoice.finalized':
    case 'invoice.paid':
      return toInvoiceEvent(event.data.object);
    case 'invoice.payment_failed':
      return toPaymentFailedEvent(event.data.object);
    case 'payment_intent.payment_failed':
      return toPaymentFailure(event.data.object);
    default:
      return null;
  }
}

function toView(row: StripeEventRow): StripeEventView {
  const { id, eventId, type, tenantId, organizationName: name, customerId, invoiceId, effect, error, tries } = row;
  return {
    id,
    eventId,
    type,
    createdAt: row.createdAt.toISOString(),
    receivedAt: row.receivedAt.toISOString(),
    organization: name === null ? null : { id: tenantId, name },
    customerId,
    invoiceId,
    status: effect === 'ignored' ? 'ignored' : effect ? 'followed' : error === null ? 'waiting' : 'failing',
    effect,
    reason: row.reason as IgnoredReason | null,
    error,
    tries,
    nextAttemptAt: effect ? null : row.nextAttemptAt.toISOString(),
    followedAt: row.followedAt?.toISOString() ?? null,
  };
}
