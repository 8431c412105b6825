import { type Account, newId } from './account.js';
import type { InvoiceItem, InvoiceLine, Price, Subscription, SubscriptionItem } from './objects.js';
import { formatMoney, type Part, rate, total } from './rating.js';

type Period = InvoiceLine['period'];
type Parent = NonNullable<InvoiceLine['parent']>;

interface LineParts {
  amount: number;
  currency: string;
  description: string | null;
  metadata: Record<string, string>;
  parent: Parent;
  period: Period;
  pricing: InvoiceLine['pricing'];
  quantity: number;
  subscription: string | null;
  isDiscountable?: boolean;
}

export function pricingOf(price: Price, unitAmount: string | null): InvoiceLine['pricing'] {
  return {
    type: 'price_details',
    price_details: { price: price.id, product: price.product },
    unit_amount_decimal: unitAmount,
  };
}

export function newLine(invoice: string | null, parts: LineParts): InvoiceLine {
  const { amount, currency, description, metadata, parent, period, pricing, quantity, subscription } = parts;
  return {
    id: newId('il'),
    object: 'line_item',
    amount,
    currency,
    description,
    discount_amounts: [],
    discountable: parts.isDiscountable ?? true,
    discounts: [],
    invoice,
    livemode: false,
    metadata,
    parent,
    period,
    pretax_credit_amounts: [],
    pricing,
    quantity,
    quantity_decimal: String(quantity),
    subscription,
    subtotal: amount,
    taxes: [],
  };
}

/** Without what discounts take off. */
export function netOf({ amount, discount_amounts }: InvoiceLine): number {
  return amount - total(discount_amounts ?? []);
}

export function ratePrice(account: Account, price: Price, quantity: number): Part[] {
  return rate(price, account.store.notes('price', price.id).tiers, quantity);
}

export function subscriptionParent(subscription: string, item: string, invoiceItem: string | null = null): Parent {
  return {
    type: 'subscription_item_details',
    invoice_item_details: null,
    subscription_item_details: {
      invoice_item: invoiceItem,
      proration: invoiceItem !== null,
      proration_details: null,
      subscription,
      subscription_item: item,
    },
  };
}

/** What an item of a subscription costs for a period; `share` scales each amount, as a first period that is shorter does. */
export function itemLines(
  account: Account,
  invoice: string | null,
  subscription: Subscription,
  item: SubscriptionItem,
  period: Period,
  share: (amount: number) => number = (amount) => amount,
): InvoiceLine[] {
  const { price } = item;
  const quantity = item.quantity ?? 1;
  const name = account.store.get('product', price.product)?.name ?? price.product;
  const each = formatInterval(price);
  return ratePrice(account, price, quantity).map((part) => {
    const money = formatMoney(part.unitAmount ?? part.amount, price.currency);
    const tier = part.tier === null ? '' : `Tier ${part.tier} `;
    return newLine(invoice, {
      amount: share(part.amount),
      currency: price.currency,
      description: `${part.quantity} × ${name} (${tier}at ${money} / ${each})`,
      metadata: subscription.metadata,
      parent: subscriptionParent(subscription.id, item.id),
      period,
      pricing: pricingOf(price, part.unitAmount),
      quantity: part.quantity,
      subscription: subscription.id,
    });
  });
}

export function trialLine(
  account: Account,
  invoice: string | null,
  subscription: Subscription,
  item: SubscriptionItem,
  period: Period,
): InvoiceLine {
  const name = account.store.get('product', item.price.product)?.name ?? item.price.product;
  return newLine(invoice, {
    amount: 0,
    currency: item.price.currency,
    description: `Trial period for ${name}`,
    metadata: subscription.metadata,
    parent: subscriptionParent(subscription.id, item.id),
    period,
    pricing: pricingOf(item.price, '0'),
    quantity: item.quantity ?? 1,
    subscription: subscription.id,
  });
}

export function lineOfItem(invoice: string | null, item: InvoiceItem): InvoiceLine {
  const { subscription = null, subscription_item } = item.parent?.subscription_details ?? {};
  const isOfSubscription = subscription !== null && subscription_item !== undefined;
  return newLine(invoice, {
    amount: item.amount,
    currency: item.currency,
    description: item.description,
    metadata: item.metadata ?? {},
    parent: isOfSubscription
      ? subscriptionParent(subscription, subscription_item, item.id)
      : {
          type: 'invoice_item_details',
          invoice_item_details: {
            invoice_item: item.id,
            proration: item.proration,
            proration_details: null,
            subscription,
          },
          subscription_item_details: null,
        },
    period: item.period,
    pricing: item.pricing,
    quantity: item.quantity,
    subscription,
    isDiscountable: item.discountable,
  });
}

function formatInterval({ recurring }: Price): string {
  const { interval, interval_count } = recurring!;
  return interval_count === 1 ? interval : `every ${interval_count} ${interval}s`;
}
