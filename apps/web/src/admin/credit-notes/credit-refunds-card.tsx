import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { creditRefundsList } from '../../api/client';
import { listQuery } from '../../api/list-query';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { DataTable } from '../../ui/data-table';
import { MoreButton } from '../../ui/more-button';
import { QueryView } from '../../ui/query-view';

const TONES = { waiting: 'neutral', blocked: 'warning', done: 'success' } as const;

/** What goes back of credits that organizations had bought when they were deleted; nothing where nothing does. */
export function CreditRefundsCard() {
  const { t } = useTranslation();
  const format = useFormat();
  const refunds = useInfiniteQuery(
    listQuery(['admin', 'credit-refunds'], (cursor) => creditRefundsList({ query: { state: 'all', cursor } })),
  );
  return (
    <QueryView query={refunds}>
      {({ pages }) => {
        const rows = pages.flatMap(({ data }) => data);
        if (rows.length === 0) return null;
        return (
          <Card title={t('operator.creditRefunds.title')} hint={t('operator.creditRefunds.hint')} isFlush>
            <DataTable
              label={t('operator.creditRefunds.title')}
              rows={rows}
              keyOf={({ id }) => id}
              columns={[
                {
                  key: 'organization',
                  name: t('operator.creditRefunds.organization'),
                  isPinned: true,
                  cell: ({ organizationId }) => <code className="text-xs break-all">{organizationId}</code>,
                },
                {
                  key: 'amount',
                  name: t('billing.amount'),
                  isNumber: true,
                  cell: ({ amount, currency }) => format.money(amount, currency),
                },
                {
                  key: 'status',
                  name: t('creditNotes.status'),
                  cell: ({ status, blockedReason }) => (
                    <>
                      <Badge tone={TONES[status]}>{t(`operator.creditRefunds.statuses.${status}`)}</Badge>
                      {blockedReason && (
                        <p className="mt-1 max-w-xs text-xs wrap-anywhere text-muted">{blockedReason}</p>
                      )}
                    </>
                  ),
                },
                { key: 'ordered', name: t('ui.created'), cell: ({ orderedAt }) => format.dateTime(orderedAt) },
                {
                  key: 'invoice',
                  name: t('operator.creditRefunds.invoice'),
                  cell: ({ stripeInvoiceId }) => <code className="text-xs break-all">{stripeInvoiceId}</code>,
                },
              ]}
            />
            <MoreButton query={refunds} />
          </Card>
        );
      }}
    </QueryView>
  );
}
