import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { UpcomingInvoice } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { useUnitPrice } from '../../i18n/use-unit-price';
import { Cell, HeaderCell, Table } from '../../ui/table';

type Line = UpcomingInvoice['lines'][number];

interface LinesTableProps<L extends Line> {
  label: string;
  /** Lines that belong together, under a heading where there is one. */
  groups: { key: string; heading?: ReactNode; lines: L[] }[];
  /** Above the total, where that is more than the sum of the lines. */
  sums?: { name: string; amount: string }[];
  total: string;
  currency: string;
  /** Under what a metered line is about. */
  action?: (line: L) => ReactNode;
}

/** Of columns that a phone has no room for; what a unit costs stands under the name of the meter there. */
const WIDE = 'max-sm:hidden';

/** An invoice, line by line. */
export function LinesTable<L extends Line>({ label, groups, sums, total, currency, action }: LinesTableProps<L>) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table label={label}>
      <thead>
        <tr>
          <HeaderCell className="w-2/5">{t('billing.description')}</HeaderCell>
          <HeaderCell isNumber>{t('billing.quantity')}</HeaderCell>
          <HeaderCell isNumber className={WIDE}>
            {t('billing.included')}
          </HeaderCell>
          <HeaderCell isNumber className={WIDE}>
            {t('billing.unitPrice')}
          </HeaderCell>
          <HeaderCell isNumber>{t('billing.amount')}</HeaderCell>
        </tr>
      </thead>
      <tbody>
        {groups.map(({ key, heading, lines }) => (
          <Fragment key={key}>
            {heading && (
              <tr>
                <Cell colSpan={5} className="bg-sunken/60">
                  {heading}
                </Cell>
              </tr>
            )}
            {lines.map((line, index) => (
              // After a change of prices two lines may say the same.
              // oxlint-disable-next-line react/no-array-index-key
              <LineRow key={index} line={line} lines={lines} currency={currency} action={action} />
            ))}
          </Fragment>
        ))}
      </tbody>
      <tfoot>
        {[...(sums ?? []), { name: t('billing.total'), amount: total }].map(({ name, amount }, index, rows) => (
          <tr key={name} className={index === rows.length - 1 ? 'font-semibold' : ''}>
            <Cell className="border-t border-b-0">{name}</Cell>
            <Cell className="border-t border-b-0" />
            <Cell className={`border-t border-b-0 ${WIDE}`} />
            <Cell className={`border-t border-b-0 ${WIDE}`} />
            <Cell isNumber className="border-t border-b-0">
              {format.money(amount, currency)}
            </Cell>
          </tr>
        ))}
      </tfoot>
    </Table>
  );
}

interface LineRowProps<L extends Line> extends Pick<LinesTableProps<L>, 'currency' | 'action'> {
  line: L;
  lines: L[];
}

function LineRow<L extends Line>({ line, lines, currency, action }: LineRowProps<L>) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const unitPrice = useUnitPrice();
  const { meter, packageSize } = line;
  const priceOf = (amount: string) =>
    meter && !packageSize ? unitPrice(amount, currency, meter) : format.unitPrice(amount, currency);
  const price = priceOf(line.unitAmount);
  const details = [
    ...(packageSize ? [t('billing.perPackage', { quantity: format.number(packageSize) })] : []),
    ...line.tiers.map(({ quantity, unitAmount }) => `${format.number(quantity)} × ${priceOf(unitAmount)}`),
  ];
  return (
    <tr>
      <Cell>
        {line.meter
          ? terms.name('meters', line.meter)
          : t(`billing.${line.kind === 'plan' ? 'planLine' : 'commitmentLine'}`, { plan: line.plan })}
        {line.deviceClass && <span className="ml-1.5 text-muted">({line.deviceClass})</span>}
        {isRepeated(line, lines) && <p className="text-xs text-muted">{line.plan}</p>}
        {line.meter && <p className="text-xs text-muted sm:hidden">{[price, ...details].join(', ')}</p>}
        {line.meter && action && <div>{action(line)}</div>}
      </Cell>
      <Cell isNumber>{format.number(line.quantity)}</Cell>
      <Cell isNumber className={WIDE}>
        {line.meter ? format.number(line.includedQuantity) : '—'}
      </Cell>
      <Cell isNumber className={WIDE}>
        {price}
        {details.map((words) => (
          <span key={words} className="block text-xs text-muted">
            {words}
          </span>
        ))}
      </Cell>
      <Cell isNumber>{format.money(line.amount, currency)}</Cell>
    </tr>
  );
}

/** After a change of plan a meter has a line for each plan's price. */
function isRepeated({ meter, deviceClass }: Line, lines: Line[]): boolean {
  return lines.filter((line) => line.meter === meter && line.deviceClass === deviceClass).length > 1;
}
