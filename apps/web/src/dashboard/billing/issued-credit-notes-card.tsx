import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { invoiceCreditNotesList, unwrap } from '../../api/client';
import { mailLanguageOf } from '../../i18n/i18n';
import { useFormat } from '../../i18n/use-format';
import { Card } from '../../ui/card';
import { DataTable } from '../../ui/data-table';
import { textLinkClass } from '../../ui/text-link';
import { creditNotePdfUrl } from './invoices.queries';

/** What was taken off an invoice, or given back of it; nothing where nothing was. */
export function IssuedCreditNotesCard({ invoiceId }: { invoiceId: string }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const { data } = useQuery({
    queryKey: ['invoices', undefined, invoiceId, 'credit-notes'],
    queryFn: () => unwrap(invoiceCreditNotesList({ path: { invoiceId } })),
  });
  if (!data || data.data.length === 0) return null;
  return (
    <Card title={t('creditNotes.title')} isFlush>
      <DataTable
        label={t('creditNotes.title')}
        rows={data.data}
        keyOf={({ id }) => id}
        columns={[
          {
            key: 'number',
            name: t('creditNotes.number'),
            isPinned: true,
            cell: ({ id, number }) => (
              <a href={creditNotePdfUrl(mailLanguageOf(i18n.language), id)} download className={textLinkClass}>
                {number}
              </a>
            ),
          },
          { key: 'kind', name: t('creditNotes.kind'), cell: ({ kind }) => t(`creditNotes.kinds.${kind}`) },
          { key: 'reason', name: t('creditNotes.reason'), cell: ({ reason }) => reason },
          { key: 'day', name: t('invoices.issued'), cell: ({ issuedAt }) => format.day(issuedAt) },
          {
            key: 'amount',
            name: t('billing.amount'),
            isNumber: true,
            cell: ({ amount, asCredits, currency }) => (
              <>
                {format.money(amount, currency)}
                {Number(asCredits) > 0 && (
                  <p className="text-xs text-muted">
                    {t('creditNotes.asCredits', { amount: format.money(asCredits, currency) })}
                  </p>
                )}
              </>
            ),
          },
        ]}
      />
    </Card>
  );
}
