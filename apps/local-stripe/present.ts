import type { Account } from './account.js';
import { invalid } from './errors.js';
import type { Kinds } from './objects.js';

type Any = Record<string, unknown>;

const LINES_SHOWN = 10;

const listOf = (url: string, data: unknown[]) => ({ object: 'list', url, has_more: false, data });

/** What an object shows only where it is asked for. */
const INCLUDED: Record<string, Record<string, (account: Account, object: any) => unknown>> = {
  price: { tiers: ({ store }, { id }: Kinds['price']) => store.notes('price', id).tiers ?? undefined },
  customer: {
    subscriptions: ({ store }, { id }: Kinds['customer']) =>
      listOf(
        `/v1/customers/${id}/subscriptions`,
        store
          .find('subscription', id, ({ status }) => status !== 'canceled' && status !== 'incomplete_expired')
          .reverse(),
      ),
    tax_ids: ({ store }, { id }: Kinds['customer']) =>
      listOf(`/v1/customers/${id}/tax_ids`, store.find('tax_id', id).reverse()),
  },
  invoice: {
    payments: ({ store }, { id }: Kinds['invoice']) =>
      listOf(`/v1/invoice_payments?invoice=${id}`, store.findOf('invoice_payment', id).reverse()),
    confirmation_secret: ({ store }, { id }: Kinds['invoice']) => {
      const [payment] = store.findOf('invoice_payment', id).reverse();
      const intent = payment && store.get('payment_intent', payment.payment.payment_intent!);
      return intent ? { client_secret: intent.client_secret, type: 'payment_intent' } : null;
    },
  },
  charge: {
    refunds: ({ store }, { id }: Kinds['charge']) =>
      listOf(`/v1/charges/${id}/refunds`, store.findOf('refund', id).reverse()),
  },
  'checkout.session': {
    line_items: ({ store }, { id, currency }: Kinds['checkout.session']) => {
      const data = store.notes('checkout.session', id).items.map((item, index) => {
        const price = store.get('price', item.price)!;
        const amount = (price.unit_amount ?? 0) * item.quantity;
        return {
          id: `li_${id.slice(8)}${index}`,
          object: 'item',
          adjustable_quantity: null,
          amount_discount: 0,
          amount_subtotal: amount,
          amount_tax: 0,
          amount_total: amount,
          currency,
          description: store.get('product', price.product)?.name ?? null,
          metadata: {},
          price,
          quantity: item.quantity,
        };
      });
      return listOf(`/v1/checkout/sessions/${id}/line_items`, data);
    },
  },
};

/** The object as it is answered: a copy, with what was asked for put in place of its id, and of long lists the first page. */
export function present(account: Account, answer: unknown, expand: string[] = []): unknown {
  const copy = structuredClone(answer);
  for (const path of expand) {
    if (path.split('.').length > 4)
      throw invalid(`You cannot expand more than 4 levels of a property: ${path}`, { param: 'expand' });
    expandPath(account, copy, path.split('.'));
  }
  return shortenLines(copy);
}

function expandPath(account: Account, node: unknown, path: string[]): void {
  const [name, ...rest] = path;
  if (name === undefined || node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    for (const each of node) expandPath(account, each, path);
    return;
  }
  const object = node as Any;
  const include = INCLUDED[object['object'] as string]?.[name];
  if (object[name] === undefined && include) object[name] = structuredClone(include(account, object));
  const value = object[name];
  if (value === undefined && !include) {
    throw invalid(`This property cannot be expanded (${name}).`, { param: 'expand' });
  }
  const expanded = (id: unknown) => (typeof id === 'string' ? (structuredClone(account.store.getAny(id)) ?? id) : id);
  object[name] = Array.isArray(value) ? value.map(expanded) : expanded(value);
  expandPath(account, object[name], rest);
}

function shortenLines(node: unknown): unknown {
  if (node === null || typeof node !== 'object') return node;
  for (const value of Object.values(node)) shortenLines(value);
  const { object, lines } = node as { object?: string; lines?: { data: unknown[]; has_more: boolean } };
  if (object === 'invoice' && lines && lines.data.length > LINES_SHOWN) {
    Object.assign(lines, { data: lines.data.slice(0, LINES_SHOWN), has_more: true });
  }
  return node;
}
