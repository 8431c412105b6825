import { useTranslation } from 'react-i18next';
import type { UpcomingInvoice } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Card } from '../../ui/card';
import { LinesTable } from './lines-table';

/** The invoice as it would be now, line by line. */
export function UpcomingInvoiceCard({ upcoming }: { upcoming: UpcomingInvoice }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { currency, lines, total, paidInAdvance, periodEnd } = upcoming;
  const due = Math.max(0, Number(total) - Number(paidInAdvance));
  return (
    <Card title={t('billing.upcoming')} hint={t('billing.upcomingHint', { date: format.date(periodEnd) })} isFlush>
      <LinesTable label={t('billing.upcoming')} groups={[{ key: 'period', lines }]} total={total} currency={currency} />
      {Number(paidInAdvance) > 0 && (
        <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-6 gap-y-1.5 border-t border-line px-5 py-3 tabular-nums">
          <dt className="text-muted">{t('billing.paidInAdvance')}</dt>
          <dd className="text-right">{format.money(`-${paidInAdvance}`, currency)}</dd>
          <dt className="font-semibold">{t('billing.stillDue')}</dt>
          <dd className="text-right font-semibold">{format.money(String(due), currency)}</dd>
        </dl>
      )}
    </Card>
  );
}
