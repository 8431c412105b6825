import { useTranslation } from 'react-i18next';
import type { UpcomingInvoice } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Card } from '../../ui/card';
import { LinesTable } from './lines-table';

/** The invoice as it would be now, line by line. */
export function UpcomingInvoiceCard({ upcoming }: { upcoming: UpcomingInvoice }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { currency, lines, total, periodEnd } = upcoming;
  return (
    <Card title={t('billing.upcoming')} hint={t('billing.upcomingHint', { date: format.date(periodEnd) })} isFlush>
      <LinesTable label={t('billing.upcoming')} groups={[{ key: 'period', lines }]} total={total} currency={currency} />
    </Card>
  );
}
