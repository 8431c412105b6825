import { queryOptions } from '@tanstack/react-query';
import {
  buildUrl,
  type CreditNotesPdfData,
  type InvoiceCreditNotesPdfData,
  type InvoiceExportsExportData,
  type InvoiceExportsExportOfData,
  invoicesFind,
  invoicesList,
  type InvoicesPdfData,
  organizationInvoicesFind,
  organizationInvoicesList,
  organizationInvoicesListUsage,
  type OrganizationInvoicesPdfData,
  unwrap,
} from '../../api/client';
import { listQuery } from '../../api/list-query';

type Language = 'en' | 'zh';

/** Of one's own organization, or to an operator of the one with that id. */
export const invoicesQuery = (organizationId?: string) =>
  listQuery(['invoices', organizationId, 'list'], (cursor) =>
    organizationId
      ? organizationInvoicesList({ path: { organizationId }, query: { cursor } })
      : invoicesList({ query: { cursor } }),
  );

export const invoiceQuery = (invoiceId: string, organizationId?: string) =>
  queryOptions({
    queryKey: ['invoices', organizationId, invoiceId],
    queryFn: () =>
      unwrap(
        organizationId
          ? organizationInvoicesFind({ path: { organizationId, invoiceId } })
          : invoicesFind({ path: { invoiceId } }),
      ),
  });

export const pdfUrl = (language: Language, invoiceId: string, organizationId?: string): string =>
  organizationId
    ? buildUrl<OrganizationInvoicesPdfData>({
        url: '/v1/admin/organizations/{organizationId}/invoices/{invoiceId}/pdf',
        path: { organizationId, invoiceId },
        query: { language },
      })
    : buildUrl<InvoicesPdfData>({
        url: '/v1/billing/invoices/{invoiceId}/pdf',
        path: { invoiceId },
        query: { language },
      });

export const creditNotePdfUrl = (language: Language, creditNoteId: string, organizationId?: string): string =>
  organizationId
    ? buildUrl<CreditNotesPdfData>({
        url: '/v1/admin/organizations/{organizationId}/credit-notes/{creditNoteId}/pdf',
        path: { organizationId, creditNoteId },
        query: { language },
      })
    : buildUrl<InvoiceCreditNotesPdfData>({
        url: '/v1/billing/credit-notes/{creditNoteId}/pdf',
        path: { creditNoteId },
        query: { language },
      });

/** The ledger's entries that a line is about. */
export const lineUsageQuery = (organizationId: string, invoiceId: string, position: number) =>
  listQuery(['invoices', organizationId, invoiceId, 'lines', position, 'list'], (cursor) =>
    organizationInvoicesListUsage({
      path: { organizationId, invoiceId, position: String(position) },
      query: { cursor },
    }),
  );

export const invoicesCsvUrl = (organizationId?: string): string =>
  organizationId
    ? buildUrl<InvoiceExportsExportOfData>({
        url: '/v1/admin/organizations/{organizationId}/invoices.csv',
        path: { organizationId },
      })
    : buildUrl<InvoiceExportsExportData>({ url: '/v1/billing/invoices.csv' });
