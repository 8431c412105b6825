import { queryOptions } from '@tanstack/react-query';
import {
  buildUrl,
  type RevenueExportData,
  type RevenueExportOrganizationsData,
  revenueRead,
  unwrap,
} from '../../api/client';

/** In what, and how far back from the month that runs. */
export interface RevenueView {
  currency: string;
  months: number;
}

/** Names of the first and the last month (UTC). */
function rangeOf({ months }: RevenueView) {
  const now = new Date();
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months + 1));
  return { from: first.toISOString().slice(0, 7), to: now.toISOString().slice(0, 7) };
}

export const revenueQuery = (view: RevenueView) =>
  queryOptions({
    queryKey: ['admin', 'revenue', view],
    queryFn: () => unwrap(revenueRead({ query: { currency: view.currency, ...rangeOf(view) } })),
    // The numbers before stay until those in another currency are there.
    placeholderData: (previous) => previous,
  });

/** Where the browser downloads the months. */
export const csvUrl = (view: RevenueView): string =>
  buildUrl<RevenueExportData>({
    url: '/v1/admin/revenue.csv',
    query: { currency: view.currency, ...rangeOf(view) },
  });

/** Where the browser downloads all organizations. */
export const organizationsCsvUrl = (view: RevenueView): string =>
  buildUrl<RevenueExportOrganizationsData>({
    url: '/v1/admin/revenue-by-organization.csv',
    query: { currency: view.currency, ...rangeOf(view) },
  });
