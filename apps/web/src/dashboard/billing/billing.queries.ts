import { queryOptions } from '@tanstack/react-query';
import { billingListPlans, billingUpcomingInvoice, priceChangeGet, unwrap } from '../../api/client';

export const plansQuery = (currency?: string) =>
  queryOptions({
    queryKey: ['billing', 'plans', currency],
    queryFn: () => unwrap(billingListPlans({ query: { ...(currency && { currency }) } })),
    // The prices before stay until those in another currency are there.
    placeholderData: (previous) => previous,
  });

export const priceChangeQuery = queryOptions({
  queryKey: ['billing', 'price-change'],
  queryFn: () => unwrap(priceChangeGet()),
});

export const upcomingInvoiceQuery = queryOptions({
  queryKey: ['billing', 'upcoming-invoice'],
  queryFn: () => unwrap(billingUpcomingInvoice()),
});
