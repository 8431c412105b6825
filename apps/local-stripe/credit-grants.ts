import { z } from 'zod';
import { type Account, newId } from './account.js';
import { addTransaction, balanceOf, usableGrants } from './credits.js';
import { invalid, required } from './errors.js';
import { currencyParam, emptyable, int, list, mergeMetadata, metadataParam, oneOf, pages, text } from './form.js';
import type { CreditGrant } from './objects.js';
import { type Operation, operation, page, retrieve } from './operation.js';

const scope = z.strictObject({
  prices: list(z.strictObject({ id: text })).optional(),
  price_type: oneOf('metered').optional(),
});
const newGrant = z.strictObject({
  amount: z.strictObject({
    type: oneOf('monetary'),
    monetary: z.strictObject({ currency: currencyParam, value: int }).optional(),
  }),
  applicability_config: z.strictObject({ scope }),
  category: oneOf('paid', 'promotional').optional(),
  customer: text,
  effective_at: int.optional(),
  expires_at: int.optional(),
  metadata: metadataParam.optional(),
  name: text.max(100).optional(),
  priority: int.optional(),
});

function createGrant(account: Account, params: z.output<typeof newGrant>): CreditGrant {
  const customer = account.needCustomer(params.customer, 'customer');
  const { monetary } = params.amount;
  if (!monetary) throw required('amount[monetary]');
  if (monetary.value <= 0) throw invalid('A grant must be of more than nothing.', { param: 'amount[monetary][value]' });
  const { prices, price_type } = params.applicability_config.scope;
  for (const [index, { id }] of (prices ?? []).entries())
    account.need('price', id, `applicability_config[scope][prices][${index}][id]`);
  const now = account.now(customer.test_clock);
  const grant: CreditGrant = {
    id: newId('credgr'),
    object: 'billing.credit_grant',
    amount: { monetary, type: 'monetary' },
    applicability_config: { scope: { ...(prices && { prices }), ...(price_type && { price_type }) } },
    category: params.category ?? 'paid',
    created: now,
    customer: customer.id,
    customer_account: null,
    effective_at: params.effective_at ?? now,
    expires_at: params.expires_at ?? null,
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    name: params.name ?? null,
    priority: params.priority ?? 50,
    test_clock: customer.test_clock ?? null,
    updated: now,
    voided_at: null,
  };
  account.store.add<'billing.credit_grant'>(grant);
  account.emit('billing.credit_grant.created', grant);
  addTransaction(account, customer, grant, monetary.value, { credit: 'credits_granted' });
  return grant;
}

/** Ends a grant: what is left of it is taken away. */
function endGrant(account: Account, grant: CreditGrant, how: 'credits_expired' | 'credits_voided'): CreditGrant {
  const customer = account.needCustomer(grant.customer, 'customer');
  const now = account.now(grant.test_clock);
  const left = balanceOf(account, grant);
  if (how === 'credits_voided' && left < grant.amount.monetary!.value)
    throw invalid('A grant of which something was used cannot be voided: expire it.');
  if (left > 0) addTransaction(account, customer, grant, left, { debit: how });
  const end = how === 'credits_voided' ? { voided_at: now } : { expires_at: now };
  account.change(grant, { ...end, updated: now }, 'billing.credit_grant.updated');
  return grant;
}

export const creditGrantOperations: Operation[] = [
  operation('POST', '/v1/billing/credit_grants', newGrant.shape, createGrant),
  retrieve('billing.credit_grant', '/v1/billing/credit_grants'),
  operation(
    'POST',
    '/v1/billing/credit_grants/:id',
    { expires_at: emptyable(int).optional(), metadata: metadataParam.optional() },
    (account, { expires_at, metadata }, { id }) => {
      const grant = account.need('billing.credit_grant', id!);
      const changes = {
        expires_at,
        metadata: mergeMetadata(grant.metadata, metadata),
        updated: account.now(grant.test_clock),
      };
      account.change(grant, changes, 'billing.credit_grant.updated');
      return grant;
    },
  ),
  operation('POST', '/v1/billing/credit_grants/:id/expire', {}, (account, _, { id }) =>
    endGrant(account, account.need('billing.credit_grant', id!), 'credits_expired'),
  ),
  operation('POST', '/v1/billing/credit_grants/:id/void', {}, (account, _, { id }) =>
    endGrant(account, account.need('billing.credit_grant', id!), 'credits_voided'),
  ),
  operation(
    'GET',
    '/v1/billing/credit_grants',
    { ...pages, customer: text.optional() },
    (account, { customer, ...cursor }) =>
      page(account, '/v1/billing/credit_grants', 'billing.credit_grant', cursor, { owner: customer }),
  ),
  retrieve('billing.credit_balance_transaction', '/v1/billing/credit_balance_transactions'),
  operation(
    'GET',
    '/v1/billing/credit_balance_transactions',
    { ...pages, customer: text.optional(), credit_grant: text.optional() },
    (account, { customer, credit_grant, ...cursor }) =>
      page(account, '/v1/billing/credit_balance_transactions', 'billing.credit_balance_transaction', cursor, {
        owner: customer,
        isWanted: (each) => !credit_grant || each.credit_grant === credit_grant,
      }),
  ),
  operation(
    'GET',
    '/v1/billing/credit_balance_summary',
    {
      customer: text,
      filter: z.strictObject({
        type: oneOf('applicability_scope', 'credit_grant'),
        applicability_scope: scope.optional(),
        credit_grant: text.optional(),
      }),
    },
    (account, { customer: id, filter }) => {
      const customer = account.needCustomer(id, 'customer');
      const wanted = filter.applicability_scope?.prices?.map((price) => price.id);
      const sums = new Map<string, number>();
      for (const grant of usableGrants(account, customer)) {
        const { prices } = grant.applicability_config.scope;
        const isWanted =
          filter.type === 'credit_grant'
            ? grant.id === filter.credit_grant
            : !wanted || prices?.some((price) => wanted.includes(price.id!));
        const { currency } = grant.amount.monetary!;
        if (isWanted) sums.set(currency, (sums.get(currency) ?? 0) + balanceOf(account, grant));
      }
      const balances = [...sums].map(([currency, value]) => {
        const balance = { monetary: { currency, value }, type: 'monetary' };
        return { available_balance: balance, ledger_balance: structuredClone(balance) };
      });
      return {
        object: 'billing.credit_balance_summary',
        balances,
        customer: customer.id,
        customer_account: null,
        livemode: false,
      };
    },
  ),
];
