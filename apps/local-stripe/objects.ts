import type Stripe from 'stripe';

type Decimal = Stripe.Decimal;

/** An object as it goes over the wire with nothing expanded: references are ids, exact decimals are strings. */
export type Plain<T> = { [K in keyof T]: Field<T[K]> };
type Field<V> = [Extract<V, string>] extends [never] ? Inner<V> : Inner<Exclude<V, object>>;
type Inner<V> = V extends Decimal ? string : V extends (infer E)[] ? Field<E>[] : V extends object ? Plain<V> : V;

export type Customer = Plain<Stripe.Customer>;
export type TaxId = Plain<Stripe.TaxId>;
export type BalanceTransaction = Plain<Stripe.CustomerBalanceTransaction>;
export type Product = Plain<Stripe.Product>;
export type Price = Plain<Stripe.Price>;
export type Plan = Plain<Stripe.Plan>;
export type PaymentMethod = Plain<Stripe.PaymentMethod>;
export type PaymentIntent = Plain<Stripe.PaymentIntent>;
export type SetupIntent = Plain<Stripe.SetupIntent>;
export type Charge = Plain<Stripe.Charge>;
export type Dispute = Plain<Stripe.Dispute>;
export type Refund = Plain<Stripe.Refund>;
export type Subscription = Plain<Stripe.Subscription>;
export type SubscriptionItem = Plain<Stripe.SubscriptionItem>;
export type InvoiceItem = Plain<Stripe.InvoiceItem>;
export type Invoice = Plain<Stripe.Invoice>;
export type InvoiceLine = Plain<Stripe.InvoiceLineItem>;
export type InvoicePayment = Plain<Stripe.InvoicePayment>;
export type CreditNote = Plain<Stripe.CreditNote>;
export type Coupon = Plain<Stripe.Coupon>;
export type Discount = Plain<Stripe.Discount>;
export type CheckoutSession = Plain<Stripe.Checkout.Session>;
export type PortalSession = Plain<Stripe.BillingPortal.Session>;
export type TestClock = Plain<Stripe.TestHelpers.TestClock>;
export type StripeEvent = Plain<Stripe.EventBase>;
export type CreditGrant = Plain<Stripe.Billing.CreditGrant>;
export type CreditTransaction = Plain<Stripe.Billing.CreditBalanceTransaction>;

/** Everything that is kept, by the name that it carries in its own `object`. */
export interface Kinds {
  customer: Customer;
  tax_id: TaxId;
  customer_balance_transaction: BalanceTransaction;
  product: Product;
  price: Price;
  payment_method: PaymentMethod;
  payment_intent: PaymentIntent;
  setup_intent: SetupIntent;
  charge: Charge;
  dispute: Dispute;
  refund: Refund;
  subscription: Subscription;
  invoiceitem: InvoiceItem;
  invoice: Invoice;
  invoice_payment: InvoicePayment;
  credit_note: CreditNote;
  coupon: Coupon;
  discount: Discount;
  'checkout.session': CheckoutSession;
  'billing_portal.session': PortalSession;
  'test_helpers.test_clock': TestClock;
  event: StripeEvent;
  'billing.credit_grant': CreditGrant;
  'billing.credit_balance_transaction': CreditTransaction;
}
export type Kind = keyof Kinds;

/** How an error names each kind that a caller may ask for by id. */
export const NAMES: Record<Kind, string> = {
  customer: 'customer',
  tax_id: 'tax_id',
  customer_balance_transaction: 'customer balance transaction',
  product: 'product',
  price: 'price',
  payment_method: 'PaymentMethod',
  payment_intent: 'payment_intent',
  setup_intent: 'setupintent',
  charge: 'charge',
  dispute: 'dispute',
  refund: 'refund',
  subscription: 'subscription',
  invoiceitem: 'invoiceitem',
  invoice: 'invoice',
  invoice_payment: 'invoice_payment',
  credit_note: 'credit note',
  coupon: 'coupon',
  discount: 'discount',
  'checkout.session': 'checkout.session',
  'billing_portal.session': 'billing_portal.session',
  'test_helpers.test_clock': 'test clock',
  event: 'event',
  'billing.credit_grant': 'credit grant',
  'billing.credit_balance_transaction': 'credit balance transaction',
};

/** What an item of a subscription was last billed for, so that unused time is credited from what was really charged. */
export interface Billed {
  amount: number;
  start: number;
  end: number;
}

export interface CheckoutOrder {
  items: { price: string; quantity: number }[];
  subscription: {
    metadata: Record<string, string>;
    description: string | null;
    trialEnd: number | null;
    trialDays: number | null;
    missingPaymentMethod: 'cancel' | 'create_invoice' | 'pause' | null;
    discounts: string[];
  };
  /** Whether what the payer says of themselves is kept with the customer. */
  keeps?: { address: boolean; name: boolean };
  setupMetadata: Record<string, string>;
}

/** What is remembered of an object that Stripe does not show on it. */
export interface Notes {
  price: { tiers: NonNullable<Price['tiers']> };
  /** `isSetUp`: its holder proved to be themselves, so that it may be charged while they are away. */
  payment_method: { number: string; isSetUp: boolean };
  subscription: {
    billed: Record<string, Billed>;
    /** The change that waits for the payment of its invoice. */
    pending?: {
      invoice: string;
      items: SubscriptionItem[];
      fields: Partial<Subscription>;
      billed: Record<string, Billed>;
    };
    isTrialEndTold?: boolean;
  };
  /** `afterFinalizing`: what a paused subscription does with its invoices. `retries`: how many are behind. */
  invoice: { afterFinalizing?: 'mark_uncollectible' | 'void'; retries: number };
  'checkout.session': CheckoutOrder;
  discount: { coupon: Coupon };
  /** In real time, whatever the clock of its object says. */
  event: { keptAt: number };
  [kind: string]: object;
}

/** What the items of a customer that wait for an invoice are a part of. */
export function pendingOf(customer: string): string {
  return `pending for ${customer}`;
}
