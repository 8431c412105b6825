import { type Account, newId } from './account.js';
import type { CreditGrant, CreditTransaction, Customer, Invoice } from './objects.js';

type Debit = NonNullable<CreditTransaction['debit']>;
type Credit = NonNullable<CreditTransaction['credit']>;

const ofGrant = (account: Account, grant: CreditGrant) =>
  account.store.findOf('billing.credit_balance_transaction', grant.id);

/** What is left of a grant: all that was given less all that was taken. */
export function balanceOf(account: Account, grant: CreditGrant): number {
  return ofGrant(account, grant).reduce(
    (sum, { credit, debit }) => sum + (credit?.amount.monetary?.value ?? 0) - (debit?.amount.monetary?.value ?? 0),
    0,
  );
}

/** Writes a line on a grant: given, or taken. */
export function addTransaction(
  account: Account,
  customer: Customer,
  grant: CreditGrant,
  value: number,
  of:
    | { credit: Credit['type']; applied?: Credit['credits_application_invoice_voided'] }
    | { debit: Debit['type']; applied?: Debit['credits_applied'] },
): CreditTransaction {
  const now = account.now(customer.test_clock);
  const amount = { monetary: { currency: grant.amount.monetary!.currency, value }, type: 'monetary' } as const;
  const isCredit = 'credit' in of;
  const transaction: CreditTransaction = {
    id: newId('cbtxn'),
    object: 'billing.credit_balance_transaction',
    created: now,
    credit: isCredit ? { amount, credits_application_invoice_voided: of.applied ?? null, type: of.credit } : null,
    credit_grant: grant.id,
    debit: isCredit ? null : { amount, credits_applied: of.applied ?? null, type: of.debit },
    effective_at: now,
    livemode: false,
    test_clock: customer.test_clock ?? null,
    type: isCredit ? 'credit' : 'debit',
  };
  account.store.add<'billing.credit_balance_transaction'>(transaction, { customer: customer.id });
  account.emit('billing.credit_balance_transaction.created', transaction);
  return transaction;
}

/** The grants that count now, in the order in which they are used up. */
export function usableGrants(account: Account, customer: Customer): CreditGrant[] {
  const now = account.now(customer.test_clock);
  const counts = ({ effective_at, expires_at, voided_at }: CreditGrant) =>
    voided_at === null && (effective_at ?? 0) <= now && (expires_at === null || expires_at > now);
  const order = (a: CreditGrant, b: CreditGrant) =>
    (a.priority ?? 50) - (b.priority ?? 50) ||
    (a.expires_at ?? Infinity) - (b.expires_at ?? Infinity) ||
    Number(a.category === 'paid') - Number(b.category === 'paid') ||
    a.created - b.created;
  return account.store.find('billing.credit_grant', customer.id, counts).sort((a, b) => order(a, b) || 0);
}

/** Pays for the lines of an invoice that credits are for, before what is left of it is asked for. */
export function applyCredits(account: Account, invoice: Invoice, customer: Customer): void {
  for (const grant of usableGrants(account, customer)) {
    const { currency } = grant.amount.monetary!;
    let left = currency === invoice.currency ? balanceOf(account, grant) : 0;
    const prices = new Set(grant.applicability_config.scope.prices?.map(({ id }) => id));
    for (const line of invoice.lines.data) {
      const taken = line.pretax_credit_amounts!.reduce((sum, { amount }) => sum + amount, 0);
      const applied = prices.has(line.pricing?.price_details?.price ?? '') ? Math.min(left, line.amount - taken) : 0;
      if (applied <= 0) continue;
      left -= applied;
      const { id } = addTransaction(account, customer, grant, applied, {
        debit: 'credits_applied',
        applied: { invoice: invoice.id, invoice_line_item: line.id },
      });
      const entry = { amount: applied, credit_balance_transaction: id, type: 'credit_balance_transaction' } as const;
      line.pretax_credit_amounts!.push(entry);
      invoice.total_pretax_credit_amounts!.push({ ...entry });
      invoice.total -= applied;
      invoice.total_excluding_tax = invoice.total;
    }
  }
}

/** Gives back what an invoice took that is void now. */
export function returnCredits(account: Account, invoice: Invoice, customer: Customer): void {
  for (const { credit_balance_transaction, amount } of invoice.total_pretax_credit_amounts ?? []) {
    if (!credit_balance_transaction) continue;
    const { credit_grant, debit } = account.need('billing.credit_balance_transaction', credit_balance_transaction);
    const grant = account.need('billing.credit_grant', credit_grant);
    const applied = debit!.credits_applied!;
    addTransaction(account, customer, grant, amount, { credit: 'credits_application_invoice_voided', applied });
  }
}
