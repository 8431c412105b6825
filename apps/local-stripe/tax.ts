import { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { Account } from './account.js';
import { invalid } from './errors.js';
import { bool } from './form.js';
import { netOf } from './lines.js';
import type { Customer, Invoice, InvoiceLine } from './objects.js';
import { roundMoney } from './rating.js';

/** Percent by country, unless the account is told others; of every other country nothing is collected. */
export const TAX_RATES: Record<string, number> = { AT: 20, CN: 6, DE: 19, ES: 21, FR: 20, GB: 20, IT: 22, JP: 10 };

export const automaticTaxParam = z.strictObject({ enabled: bool });

type Tax = NonNullable<InvoiceLine['taxes']>[number];

/** What `automatic_tax` says on an invoice or a Checkout, by where the customer is. */
export function automaticTaxOf(isEnabled: boolean, customer: Pick<Customer, 'address'> | undefined) {
  const status = customer?.address?.country ? ('complete' as const) : ('requires_location_inputs' as const);
  return {
    enabled: isEnabled,
    liability: isEnabled ? { type: 'self' as const } : null,
    provider: isEnabled ? 'stripe' : null,
    status: isEnabled ? status : null,
  };
}

/** Writes on each line, and on the invoice, the tax on top of it; nothing where it is not asked for or nobody knows where the customer is. */
export function applyTax(account: Account, invoice: Invoice, customer: Customer): void {
  const { enabled } = invoice.automatic_tax;
  Object.assign(invoice.automatic_tax, automaticTaxOf(enabled, customer));
  invoice.customer_address = customer.address ?? null;
  invoice.total_taxes = [];
  const country = enabled ? customer.address?.country : undefined;
  for (const line of invoice.lines.data) line.taxes = country ? [taxOf(account, customer, country, netOf(line))] : [];
  if (!country) return;
  const taxes = invoice.lines.data.flatMap((line) => line.taxes ?? []);
  const sumOf = (of: 'amount' | 'taxable_amount') => taxes.reduce((sum, each) => sum + (each[of] ?? 0), 0);
  const [first] = taxes;
  if (first) invoice.total_taxes = [{ ...first, amount: sumOf('amount'), taxable_amount: sumOf('taxable_amount') }];
}

function taxOf(account: Account, { tax_exempt }: Customer, country: string, amount: number): Tax {
  const percent = account.settings.taxRates[country];
  const isTaxed = percent !== undefined && tax_exempt !== 'exempt' && tax_exempt !== 'reverse';
  return {
    amount: isTaxed ? roundMoney(new Decimal(amount).times(percent).div(100)) : 0,
    tax_behavior: 'exclusive',
    tax_rate_details: { tax_rate: `txr_${country.toLowerCase()}` },
    taxability_reason: isTaxed
      ? 'standard_rated'
      : tax_exempt === 'exempt'
        ? 'customer_exempt'
        : tax_exempt === 'reverse'
          ? 'reverse_charge'
          : 'not_collecting',
    taxable_amount: isTaxed ? amount : 0,
    type: 'tax_rate_details',
  };
}

/** @throws StripeError 400 for a customer of whom nobody knows where they are */
export function requireLocation(isTaxed: boolean, customer: Pick<Customer, 'address'> | undefined): void {
  if (isTaxed && !customer?.address?.country)
    throw invalid("The customer's location isn't recognized. Set a valid customer address.", {
      code: 'customer_tax_location_invalid',
      param: 'automatic_tax',
    });
}
