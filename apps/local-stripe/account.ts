import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';
import { missing } from './errors.js';
import { type Kind, type Kinds, NAMES, type StripeEvent } from './objects.js';
import type { Store } from './store.js';

/** The version whose shapes are answered: the one that the pinned stripe-node asks for. */
export const API_VERSION = '2026-10-28.endive';

export interface Settings {
  /** What becomes of a subscription when the last retry of its invoice failed too. */
  afterLastRetry: 'cancel' | 'unpaid';
  /** Percent by country, as of the account's tax registrations. */
  taxRates: Record<string, number>;
}

/** The merchant's account: what it holds, what time it is for whom, and what it tells of what happened. */
export class Account {
  /** The call that is being answered, which its events name. */
  request: Stripe.Event.Request | null = null;
  /** The test clocks on their way. */
  readonly advancing = new Set<string>();

  /** Where its pages are. */
  url = '';

  constructor(
    readonly store: Store,
    readonly settings: Settings,
  ) {}

  /** Whoever is on a test clock lives by it, all others by the real time and how far it was moved ahead. */
  now(clock?: string | null): number {
    return clock ? this.need('test_helpers.test_clock', clock).frozen_time : realNow() + this.store.clock().offset;
  }

  timeOf(customer: string): number {
    return this.now(this.clockOf(customer));
  }

  clockOf(customer: string): string | null {
    return this.store.get('customer', customer)?.test_clock ?? null;
  }

  /** @throws StripeError 404 where `param` is the path's own id, else 400 */
  need<K extends Kind>(kind: K, id: string, param?: string): Kinds[K] {
    const found = this.store.get(kind, id);
    if (!found) throw missing(NAMES[kind], id, param);
    return found;
  }

  /** @throws StripeError also for one that was deleted */
  needCustomer(id: string, param?: string): Kinds['customer'] {
    const customer = this.need('customer', id, param);
    if ((customer as { deleted?: unknown }).deleted) throw missing('customer', id, param);
    return customer;
  }

  emit(type: Stripe.Event.Type, object: { id?: string; object: string }, previous?: object): void {
    const { test_clock, customer } = object as { test_clock?: string | null; customer?: string | null };
    const clock = test_clock ?? (customer ? this.clockOf(customer) : null);
    const event: StripeEvent = {
      id: newId('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: this.now(clock),
      data: {
        object: structuredClone(object),
        ...(previous && { previous_attributes: previous }),
      } as object as StripeEvent['data'],
      livemode: false,
      pending_webhooks: 1,
      request: this.request ?? { id: null, idempotency_key: null },
      type: type as StripeEvent['type'],
    };
    this.store.add<'event'>(event, { keptAt: realNow() });
    this.store.addDelivery(event.id, Date.now());
  }

  /** Tells of what `act` changed on an object, with what was before, if anything did change. */
  follow<T extends { id: string; object: string }>(object: T, type: Stripe.Event.Type, act: () => void): void {
    const before = structuredClone(object) as Record<string, unknown>;
    act();
    const after = object as Record<string, unknown>;
    const changed = Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
    if (changed.length > 0)
      this.emit(type, object, Object.fromEntries(changed.map((name) => [name, before[name] ?? null])));
  }

  /** Changes an object and tells of it, with what was before, if anything did change. */
  change<T extends { id: string; object: string }>(object: T, changes: Partial<T>, type?: Stripe.Event.Type): void {
    const previous: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(changes)) {
      const was = (object as Record<string, unknown>)[name];
      if (value !== undefined && JSON.stringify(was) !== JSON.stringify(value)) previous[name] = structuredClone(was);
    }
    for (const name of Object.keys(previous)) Object.assign(object, { [name]: changes[name as keyof T] });
    if (type && Object.keys(previous).length > 0) this.emit(type, object, previous);
  }
}

export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}

export function realNow(): number {
  return Math.floor(Date.now() / 1000);
}
