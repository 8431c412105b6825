import { queryOptions } from '@tanstack/react-query';
import { billingListPlans, billingUpcomingInvoice, unwrap } from '../../api/client';

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
