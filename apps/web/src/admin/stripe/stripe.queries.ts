import { infiniteQueryOptions } from '@tanstack/react-query';
import {
  blockedInvoicesList,
  buildUrl,
  type InvoiceExportsExportBlockedData,
  type StripeEventsExportData,
  stripeEventsList,
  type StripeEventsListData,
  unwrap,
} from '../../api/client';

/** Which events are listed; kept in the address. */
export type StripeView = Pick<NonNullable<StripeEventsListData['query']>, 'search' | 'status' | 'type'>;

export const STATUSES = ['waiting', 'failing', 'followed', 'ignored'] as const;

export function readStripeView({ search, status, type }: Record<string, unknown>): StripeView {
  const known = STATUSES.find((each) => each === status);
  const textOf = (value: unknown) => (typeof value === 'string' ? value.trim() : '');
  return {
    ...(textOf(search) && { search: textOf(search) }),
    ...(textOf(type) && { type: textOf(type) }),
    ...(known && { status: known }),
  };
}

export const STRIPE_EVENTS_KEY = ['admin', 'stripe-events'];

export const stripeEventsQuery = (view: StripeView) =>
  infiniteQueryOptions({
    queryKey: [...STRIPE_EVENTS_KEY, view],
    queryFn: ({ pageParam: cursor }) => unwrap(stripeEventsList({ query: { ...view, cursor } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // A search keeps its rows until the next ones are there.
    placeholderData: (previous) => previous,
  });

export const blockedInvoicesQuery = infiniteQueryOptions({
  queryKey: ['admin', 'blocked-invoices'],
  queryFn: ({ pageParam: cursor }) => unwrap(blockedInvoicesList({ query: { cursor } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
});

/** Where the browser downloads all that are chosen. */
export const eventsCsvUrl = (query: StripeView): string =>
  buildUrl<StripeEventsExportData>({ url: '/v1/admin/stripe-events.csv', query });

export const blockedCsvUrl: string = buildUrl<InvoiceExportsExportBlockedData>({
  url: '/v1/admin/blocked-invoices.csv',
});
