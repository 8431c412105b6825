import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type Stripe from 'stripe';

interface State {
  customers: Record<string, Stripe.Customer>;
  products: Record<string, Stripe.Product>;
  prices: Record<string, Stripe.Price>;
  sessions: Record<string, Stripe.Checkout.Session>;
  subscriptions: Record<string, Stripe.Subscription>;
  invoices: Record<string, Stripe.Invoice>;
  /** Events not yet taken by the webhook endpoint. */
  outbox: Stripe.Event[];
  /** Answers by idempotency key. */
  answers: Record<string, unknown>;
}

const EMPTY: State = {
  customers: {},
  products: {},
  prices: {},
  sessions: {},
  subscriptions: {},
  invoices: {},
  outbox: [],
  answers: {},
};

/** Everything the local Stripe knows, in one JSON file that is replaced as a whole. */
export class Store {
  readonly state: State;

  constructor(private readonly file: string) {
    this.state = existsSync(file) ? { ...EMPTY, ...JSON.parse(readFileSync(file, 'utf8')) } : structuredClone(EMPTY);
  }

  save(): void {
    const draft = `${this.file}.draft`;
    writeFileSync(draft, JSON.stringify(this.state), { mode: 0o600, flush: true });
    renameSync(draft, this.file);
  }
}
