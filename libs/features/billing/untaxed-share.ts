/** SQL over a row of `invoices`: of an amount that was paid of it, the share that is no tax. */
export const UNTAXED_SHARE =
  'coalesce((total_minor - credits_minor)::numeric / nullif(total_minor - credits_minor + tax_minor, 0), 1)';
