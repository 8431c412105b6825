import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { UpcomingInvoice } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { QueryView } from '../../ui/query-view';
import { upcomingInvoiceQuery } from './billing.queries';

type Line = UpcomingInvoice['lines'][number];
/** A meter's line of the invoice, and what it would be at the end of the period. */
type Row = Line & { meter: string; atTheEnd: Line | undefined };

/** What the running billing period has used of the plan, what it costs so far and would cost at its end. */
export function PeriodCard() {
  const invoice = useQuery(upcomingInvoiceQuery);
  return <QueryView query={invoice}>{(upcoming) => <Period upcoming={upcoming} />}</QueryView>;
}

function Period({ upcoming }: { upcoming: UpcomingInvoice }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const { currency, periodStart, periodEnd, total, forecast } = upcoming;
  const money = (amount: string) => format.money(amount, currency);
  const columns: DataColumn<Row>[] = [
    {
      key: 'meter',
      name: t('billing.meter'),
      isPinned: true,
      cell: ({ meter, deviceClass, plan }) => (
        <span className="font-medium">
          {terms.name('meters', meter)}
          {deviceClass && <span className="ml-1.5 font-normal text-muted">({deviceClass})</span>}
          {plan !== upcoming.plan.name && <span className="ml-1.5 font-normal text-muted">{plan}</span>}
        </span>
      ),
    },
    { key: 'used', name: t('billing.usedOfIncluded'), cell: (row) => <AllowanceBar row={row} /> },
    { key: 'amount', name: t('billing.costSoFar'), isNumber: true, cell: ({ amount }) => money(amount) },
    {
      key: 'forecast',
      name: t('billing.atTheEnd'),
      isNumber: true,
      cell: ({ atTheEnd }) =>
        atTheEnd && (
          <>
            {money(atTheEnd.amount)}
            <span className="block text-xs text-muted">{format.number(atTheEnd.quantity)}</span>
          </>
        ),
    },
  ];
  return (
    <Card
      title={t('billing.thisPeriod')}
      hint={`${format.date(periodStart)} – ${format.date(periodEnd)}`}
      actions={
        <dl className="flex gap-6 text-right">
          <Sum name={t('billing.costSoFar')} amount={money(total)} />
          {forecast && <Sum name={t('billing.atTheEnd')} amount={money(forecast.total)} />}
        </dl>
      }
      isFlush
    >
      <DataTable
        label={t('billing.thisPeriod')}
        rows={rowsOf(upcoming)}
        keyOf={({ meter, deviceClass, plan }) => `${meter} ${deviceClass} ${plan}`}
        columns={forecast ? columns : columns.slice(0, -1)}
      />
      <p className="border-t border-line px-4 py-2.5 text-xs text-muted sm:px-5">
        {t(forecast ? 'billing.forecastHint' : 'billing.forecastLater')}
      </p>
    </Card>
  );
}

function Sum({ name, amount }: { name: string; amount: string }) {
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="text-lg font-semibold tabular-nums">{amount}</dd>
    </div>
  );
}

/** Included use, use beyond it, and a mark where the period would end. */
function AllowanceBar({ row: { quantity, allowance, includedQuantity, atTheEnd } }: { row: Row }) {
  const { t } = useTranslation();
  const format = useFormat();
  const widest = Math.max(Number(quantity), Number(allowance), Number(atTheEnd?.quantity ?? 0), 1);
  const share = (part: string) => `${(100 * Number(part)) / widest}%`;
  const words = Number(allowance)
    ? t('billing.ofIncluded', { used: format.number(quantity), included: format.number(allowance) })
    : format.number(quantity);
  return (
    <div className="w-full min-w-28 space-y-1.5 sm:max-w-96">
      <span className="tabular-nums">{words}</span>
      <svg aria-hidden className="block h-2 w-full overflow-visible rounded-full">
        <rect width="100%" height="8" rx="4" className="fill-sunken" />
        <rect width={share(quantity)} height="8" rx="4" className="fill-warning" />
        <rect width={share(includedQuantity)} height="8" rx="4" className="fill-accent" />
        {atTheEnd && <rect x={share(atTheEnd.quantity)} y="-2" width="2" height="12" className="fill-ink" />}
      </svg>
    </div>
  );
}

/** Meters that were used or of which the plan includes something. */
function rowsOf({ lines, forecast }: UpcomingInvoice): Row[] {
  return lines
    .flatMap((line) => {
      const isSame = ({ meter, deviceClass, plan }: Line) =>
        meter === line.meter && deviceClass === line.deviceClass && plan === line.plan;
      return line.meter ? [{ ...line, meter: line.meter, atTheEnd: forecast?.lines.find(isSame) }] : [];
    })
    .filter(({ quantity, allowance }) => Number(quantity) > 0 || Number(allowance) > 0);
}
