import { queryOptions } from '@tanstack/react-query';
import { billingListPlans, billingUpcomingInvoice, unwrap } from '../../api/client';

export const plansQuery = queryOptions({
  queryKey: ['billing', 'plans'],
  queryFn: () => unwrap(billingListPlans()),
});

export const upcomingInvoiceQuery = queryOptions({
  queryKey: ['billing', 'upcoming-invoice'],
  queryFn: () => unwrap(billingUpcomingInvoice()),
});
