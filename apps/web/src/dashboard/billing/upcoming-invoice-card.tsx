import { useTranslation } from 'react-i18next';
import type { UpcomingInvoice } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { Cell, HeaderCell, Table } from '../../ui/table';

type Line = UpcomingInvoice['lines'][number];

/** The invoice as it would be now, line by line. */
export function UpcomingInvoiceCard({ upcoming }: { upcoming: UpcomingInvoice }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const { currency, lines, total } = upcoming;
  return (
    <Card
      title={t('billing.upcoming')}
      hint={t('billing.upcomingHint', { date: format.date(upcoming.periodEnd) })}
      isFlush
    >
      <Table label={t('billing.upcoming')}>
        <thead>
          <tr>
            <HeaderCell className="w-2/5">{t('billing.description')}</HeaderCell>
            <HeaderCell isNumber>{t('billing.quantity')}</HeaderCell>
            <HeaderCell isNumber>{t('billing.included')}</HeaderCell>
            <HeaderCell isNumber>{t('billing.unitPrice')}</HeaderCell>
            <HeaderCell isNumber>{t('billing.amount')}</HeaderCell>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, index) => (
            // After a change of prices two lines may say the same.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={index}>
              <Cell>
                {line.meter ? terms.name('meters', line.meter) : t('billing.planLine', { plan: line.plan })}
                {line.deviceClass && <span className="ml-1.5 text-muted">({line.deviceClass})</span>}
                {isRepeated(line, lines) && <p className="text-xs text-muted">{line.plan}</p>}
              </Cell>
              <Cell isNumber>{format.number(line.quantity)}</Cell>
              <Cell isNumber>{line.meter ? format.number(line.includedQuantity) : '—'}</Cell>
              <Cell isNumber>{format.unitPrice(line.unitAmount, currency)}</Cell>
              <Cell isNumber>{format.money(line.amount, currency)}</Cell>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className="font-semibold">
            <Cell colSpan={4} className="border-t border-b-0">
              {t('billing.total')}
            </Cell>
            <Cell isNumber className="border-t border-b-0">
              {format.money(total, currency)}
            </Cell>
          </tr>
        </tfoot>
      </Table>
    </Card>
  );
}

/** After a change of plan a meter has a line for each plan's price. */
function isRepeated({ meter, deviceClass }: Line, lines: Line[]): boolean {
  return lines.filter((line) => line.meter === meter && line.deviceClass === deviceClass).length > 1;
}
