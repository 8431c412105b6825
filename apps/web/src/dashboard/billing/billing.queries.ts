import { queryOptions } from '@tanstack/react-query';
import {
  billingListPlans,
  billingUpcomingInvoice,
  buildUrl,
  type SpendExportData,
  spendRead,
  unwrap,
} from '../../api/client';

export const plansQuery = (currency?: string) =>
  queryOptions({
    queryKey: ['billing', 'plans', currency],
    queryFn: () => unwrap(billingListPlans({ query: { ...(currency && { currency }) } })),
    // The prices before stay until those in another currency are there.
    placeholderData: (previous) => previous,
  });

export const upcomingInvoiceQuery = queryOptions({
  queryKey: ['billing', 'upcoming-invoice'],
  queryFn: () => unwrap(billingUpcomingInvoice()),
});

export const SPEND_GROUPS = ['project', 'apiKey', 'meter'] as const;
export type SpendGroup = (typeof SPEND_GROUPS)[number];

/** @param period its start; the running one where there is none */
export const spendQuery = (groupBy: SpendGroup, period?: string) =>
  queryOptions({
    queryKey: ['billing', 'spend', groupBy, period],
    queryFn: () => unwrap(spendRead({ query: { groupBy, ...(period && { period }) } })),
  });

/** Where the browser downloads it by project, key and meter. */
export const spendCsvUrl = (period?: string): string =>
  buildUrl<SpendExportData>({ url: '/v1/billing/spend.csv', query: { ...(period && { period }) } });
