import { queryOptions } from '@tanstack/react-query';
import {
  buildUrl,
  type InvoiceExportsExportAllData,
  type ReconciliationExportData,
  type ReconciliationExportEntriesData,
  reconciliationList,
  type ReconciliationListData,
  reconciliationRead,
  unwrap,
} from '../../api/client';

/** Of which month and of what the entries are listed. */
export type EntriesView = Required<ReconciliationListData['query']>;

/** In what, and how far back from the month that runs. */
export interface ReconciliationView {
  currency: string;
  months: number;
}

/** Names of the first and the last month (UTC): the next one too, as what began this month ends in it. */
function rangeOf({ months }: ReconciliationView) {
  const now = new Date();
  const nameOf = (offset: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset)).toISOString().slice(0, 7);
  return { from: nameOf(2 - months), to: nameOf(1) };
}

export const reconciliationQuery = (view: ReconciliationView) =>
  queryOptions({
    queryKey: ['admin', 'reconciliation', view],
    queryFn: () => unwrap(reconciliationRead({ query: { currency: view.currency, ...rangeOf(view) } })),
    placeholderData: (previous) => previous,
  });

export const entriesQuery = (query: EntriesView) =>
  queryOptions({
    queryKey: ['admin', 'reconciliation-entries', query],
    queryFn: () => unwrap(reconciliationList({ query })),
  });

/** Where the browser downloads the months. */
export const monthsCsvUrl = (view: ReconciliationView): string =>
  buildUrl<ReconciliationExportData>({
    url: '/v1/admin/reconciliation.csv',
    query: { currency: view.currency, ...rangeOf(view) },
  });

export const entriesCsvUrl = (query: EntriesView): string =>
  buildUrl<ReconciliationExportEntriesData>({ url: '/v1/admin/reconciliation-entries.csv', query });

/** All invoices of every organization. */
export const invoicesCsvUrl: string = buildUrl<InvoiceExportsExportAllData>({ url: '/v1/admin/invoices.csv' });
