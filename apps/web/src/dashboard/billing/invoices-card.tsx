import { useInfiniteQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { InvoiceSummary } from '../../api/client';
import { mailLanguageOf } from '../../i18n/i18n';
import { useFormat } from '../../i18n/use-format';
import { Badge, type Tone } from '../../ui/badge';
import { Card } from '../../ui/card';
import { CsvLink } from '../../ui/csv-link';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { MoreButton } from '../../ui/more-button';
import { QueryView } from '../../ui/query-view';
import { TextLink } from '../../ui/text-link';
import { invoicesCsvUrl, invoicesQuery, pdfUrl } from './invoices.queries';

const TONES: Record<InvoiceSummary['status'], Tone> = {
  draft: 'neutral',
  open: 'warning',
  paid: 'success',
  void: 'neutral',
  uncollectible: 'danger',
};

/** @param organizationId to an operator: whose; absent for one's own organization */
export function InvoicesCard({ organizationId }: { organizationId?: string }) {
  const { t } = useTranslation();
  const invoices = useInfiniteQuery(invoicesQuery(organizationId));
  const columns = useColumns(organizationId);
  return (
    <Card
      title={t('invoices.title')}
      hint={t('invoices.hint')}
      isFlush
      actions={<CsvLink href={invoicesCsvUrl(organizationId)} />}
    >
      <QueryView query={invoices}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) return <p className="px-5 py-4 text-muted">{t('invoices.none')}</p>;
          return <DataTable label={t('invoices.title')} rows={rows} keyOf={({ id }) => id} columns={columns} />;
        }}
      </QueryView>
      <MoreButton query={invoices} />
    </Card>
  );
}

export function InvoiceStatusBadge({ status }: Pick<InvoiceSummary, 'status'>) {
  const { t } = useTranslation();
  return <Badge tone={TONES[status]}>{t(`invoices.status.${status}`)}</Badge>;
}

function useColumns(organizationId: string | undefined): DataColumn<InvoiceSummary>[] {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  return [
    {
      key: 'number',
      name: t('invoices.number'),
      cell: ({ id: invoiceId, number }) => {
        const name = number ?? t('invoices.status.draft');
        return organizationId ? (
          <TextLink
            to="/admin/organizations/$organizationId/invoices/$invoiceId"
            params={{ organizationId, invoiceId }}
          >
            {name}
          </TextLink>
        ) : (
          <TextLink to="/billing/invoices/$invoiceId" params={{ invoiceId }}>
            {name}
          </TextLink>
        );
      },
    },
    {
      key: 'period',
      name: t('billing.period'),
      cell: ({ periodStart, periodEnd }) => `${format.day(periodStart)} – ${format.day(periodEnd)}`,
    },
    { key: 'status', name: t('lists.status'), cell: ({ status }) => <InvoiceStatusBadge status={status} /> },
    {
      key: 'total',
      name: t('billing.total'),
      isNumber: true,
      cell: ({ total, currency }) => format.money(total, currency),
    },
    {
      key: 'pdf',
      name: t('invoices.file'),
      cell: ({ id, number, periodEnd }) => (
        <a
          href={pdfUrl(mailLanguageOf(i18n.language), id, organizationId)}
          download
          aria-label={t('invoices.pdfOf', { invoice: number ?? format.day(periodEnd) })}
          className="inline-flex min-h-6 items-center gap-1.5 font-medium text-accent underline-offset-2 hover:underline"
        >
          <Download aria-hidden className="size-4" />
          PDF
        </a>
      ),
    },
  ];
}
