import { z } from 'zod';
import { type Account, newId } from './account.js';
import { invalid, required } from './errors.js';
import { bool, currencyParam, int, isWithin, mergeMetadata, metadataParam, oneOf, pages, range, text } from './form.js';
import { addUp } from './invoice-life.js';
import { lineOfItem, pricingOf, ratePrice } from './lines.js';
import {
  type Customer,
  type InvoiceItem,
  type InvoiceLine,
  pendingOf,
  type Price,
  type Subscription,
} from './objects.js';
import { type Operation, operation, page, retrieve } from './operation.js';
import { oneTimePriceData, priceFrom } from './prices.js';
import { total } from './rating.js';

const periodParam = z.strictObject({ start: int, end: int });
export const itemFields = {
  amount: int.optional(),
  currency: currencyParam.optional(),
  description: text.optional(),
  discountable: bool.optional(),
  metadata: metadataParam.optional(),
  period: periodParam.optional(),
  price_data: oneTimePriceData.optional(),
  pricing: z.strictObject({ price: text }).optional(),
  quantity: int.optional(),
  tax_behavior: oneOf('exclusive', 'unspecified').optional(),
};
const { currency: _fixed, ...changeableFields } = itemFields;
const newItem = z.strictObject({
  ...itemFields,
  customer: text,
  invoice: text.optional(),
  subscription: text.optional(),
});
type ItemParams = Omit<z.output<typeof newItem>, 'customer'>;

interface ItemParts {
  amount: number;
  currency: string;
  description: string | null;
  period: InvoiceItem['period'];
  quantity: number;
  pricing?: InvoiceItem['pricing'];
  subscription?: string | undefined;
  subscriptionItem?: string;
  isProration?: boolean;
  isDiscountable?: boolean | undefined;
  metadata?: Record<string, string>;
}

/** Puts an amount aside for the customer's next invoice. */
export function addInvoiceItem(account: Account, customer: Customer, parts: ItemParts): InvoiceItem {
  const {
    amount,
    currency,
    description,
    period,
    quantity,
    subscription,
    subscriptionItem,
    isProration = false,
  } = parts;
  const item = account.store.add<'invoiceitem'>({
    id: newId('ii'),
    object: 'invoiceitem',
    amount,
    currency,
    customer: customer.id,
    customer_account: null,
    date: account.now(customer.test_clock),
    description,
    discountable: parts.isDiscountable ?? true,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: parts.metadata ?? {},
    parent: subscription
      ? {
          type: 'subscription_details',
          subscription_details: { subscription, ...(subscriptionItem && { subscription_item: subscriptionItem }) },
        }
      : null,
    period,
    pricing: parts.pricing ?? null,
    proration: isProration,
    quantity,
    quantity_decimal: String(quantity),
    tax_rates: [],
    test_clock: customer.test_clock ?? null,
  });
  account.emit('invoiceitem.created', item);
  return item;
}

/** What waits for the customer's next invoice: of one subscription, of no subscription, or both. */
export function pendingItems(
  account: Account,
  customer: string,
  { subscription, currency }: { subscription?: string; currency?: string } = {},
): InvoiceItem[] {
  return account.store.findOf('invoiceitem', pendingOf(customer)).filter((item) => {
    const of = item.parent?.subscription_details?.subscription;
    return (of === undefined || of === subscription) && (!currency || item.currency === currency);
  });
}

/** Moves pending items onto an invoice. */
export function takeItems(invoice: string, items: InvoiceItem[]): InvoiceLine[] {
  return items.map((item) => {
    item.invoice = invoice;
    return lineOfItem(invoice, item);
  });
}

/** Reads what an item or a line is to charge: an amount, or a price and a quantity. */
export function readItem(account: Account, params: ItemParams, now: number): ItemParts {
  const { amount, pricing, price_data, quantity = 1, period = { start: now, end: now } } = params;
  const rest = {
    description: params.description ?? null,
    isDiscountable: params.discountable,
    metadata: mergeMetadata({}, params.metadata),
    period,
    subscription: params.subscription,
  };
  if (amount !== undefined) {
    if (pricing || price_data)
      throw invalid('Give amount or a price, not both.', { code: 'parameters_exclusive', param: 'amount' });
    // An amount alone has no price of a unit of its own.
    return { ...rest, amount, currency: params.currency ?? 'usd', quantity: 1 };
  }
  if (!pricing && !price_data) throw required('amount');
  const price = priceFrom(account, { price: pricing?.price, price_data }, 'pricing');
  return { ...rest, ...fromPrice(account, price, quantity), description: rest.description ?? nameOf(account, price) };
}

export function fromPrice(account: Account, price: Price, quantity: number) {
  const parts = ratePrice(account, price, quantity);
  const unit = parts.length === 1 ? parts[0]!.unitAmount : null;
  return { amount: total(parts), currency: price.currency, quantity, pricing: pricingOf(price, unit) };
}

export function nameOf(account: Account, price: Price): string {
  return account.store.get('product', price.product)?.name ?? price.product;
}

function createItem(account: Account, { customer: id, ...params }: z.output<typeof newItem>): InvoiceItem {
  const customer = account.needCustomer(id, 'customer');
  let subscription: Subscription | undefined;
  if (params.subscription) {
    subscription = account.need('subscription', params.subscription, 'subscription');
    if (subscription.ended_at)
      throw invalid('The subscription is canceled and takes no more items.', { param: 'subscription' });
  }
  const invoice = params.invoice ? account.need('invoice', params.invoice, 'invoice') : undefined;
  if (invoice && invoice.status !== 'draft')
    throw invalid('The invoice is finalized and takes no more items.', {
      code: 'invoice_not_editable',
      param: 'invoice',
    });
  const item = addInvoiceItem(account, customer, readItem(account, params, account.now(customer.test_clock)));
  if (invoice?.automatic_tax.enabled && item.amount < 0)
    throw invalid('An invoice with automatic tax takes no items below zero.', { param: 'amount' });
  if (invoice) {
    invoice.lines.data.push(...takeItems(invoice.id, [item]));
    addUp(account, invoice);
    account.emit('invoice.updated', invoice);
  }
  return item;
}

function needPending(account: Account, id: string): InvoiceItem {
  const item = account.need('invoiceitem', id);
  const invoice = item.invoice && account.store.get('invoice', item.invoice);
  if (invoice && invoice.status !== 'draft')
    throw invalid('This item is on an invoice that is finalized, and stays as it is.', {
      code: 'invoice_not_editable',
    });
  return item;
}

/** Draws the draft up anew that an item stands on. */
function refreshInvoice(account: Account, { id, invoice: on }: InvoiceItem, line: InvoiceItem | null): void {
  const invoice = on && account.store.get('invoice', on);
  if (!invoice) return;
  invoice.lines.data = invoice.lines.data.flatMap((each) => {
    const of = each.parent?.invoice_item_details ?? each.parent?.subscription_item_details;
    if (of?.invoice_item !== id) return [each];
    return line ? [lineOfItem(invoice.id, line)] : [];
  });
  addUp(account, invoice);
  account.emit('invoice.updated', invoice);
}

export const invoiceItemOperations: Operation[] = [
  operation('POST', '/v1/invoiceitems', newItem.shape, createItem),
  retrieve('invoiceitem', '/v1/invoiceitems'),
  operation('POST', '/v1/invoiceitems/:id', changeableFields, (account, params, { id }) => {
    const item = needPending(account, id!);
    if (params.amount !== undefined) item.amount = params.amount;
    if (params.description !== undefined) item.description = params.description;
    if (params.discountable !== undefined) item.discountable = params.discountable;
    if (params.period) item.period = params.period;
    item.metadata = mergeMetadata(item.metadata, params.metadata);
    if (params.quantity !== undefined) {
      const price = item.pricing?.price_details && account.store.get('price', item.pricing.price_details.price);
      if (price)
        Object.assign(item, fromPrice(account, price, params.quantity), { quantity_decimal: String(params.quantity) });
    }
    refreshInvoice(account, item, item);
    return item;
  }),
  operation('DELETE', '/v1/invoiceitems/:id', {}, (account, _, { id }) => {
    const item = needPending(account, id!);
    refreshInvoice(account, item, null);
    account.emit('invoiceitem.deleted', item);
    account.store.remove(item.id);
    return { id, object: 'invoiceitem', deleted: true };
  }),
  operation(
    'GET',
    '/v1/invoiceitems',
    {
      ...pages,
      created: range.optional(),
      customer: text.optional(),
      invoice: text.optional(),
      pending: bool.optional(),
    },
    (account, { created, customer, invoice, pending, ...cursor }) =>
      page(account, '/v1/invoiceitems', 'invoiceitem', cursor, {
        owner: customer,
        isWanted: (item) =>
          (!created || isWithin(item.date, created)) &&
          (!invoice || item.invoice === invoice) &&
          (pending === undefined || pending === (item.invoice === null)),
      }),
  ),
];
