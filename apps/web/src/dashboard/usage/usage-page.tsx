import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useTerms } from '../../i18n/use-terms';
import type { Usage } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Card } from '../../ui/card';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { sumDecimals } from './sum-decimals';
import { MeterHeaders, MeterQuantities } from './meter-columns';
import { listDays, type Meter, METERS, RANGES_DAYS, type RangeDays, usageQuery } from './usage.queries';
import { UsageByKeyCard } from './usage-by-key-card';

// The chart library is larger than the rest of the page.
const UsageChart = lazy(() => import('./usage-chart'));

export function UsagePage() {
  const { t } = useTranslation();
  const { days = 30 } = useSearch({ from: '/app/usage' });
  const usage = useQuery(usageQuery(days, 'day,meter'));
  return (
    <>
      <PageHeader title={t('usage.title')} hint={t('usage.hint')} actions={<RangeSelect days={days} />} />
      <div className="space-y-5">
        <QueryView query={usage}>
          {({ rows }) => (
            <>
              <div className="grid gap-5 lg:grid-cols-2">
                {METERS.map((meter) => (
                  <MeterCard key={meter} meter={meter} days={days} rows={rows} />
                ))}
              </div>
              <DailyCard rows={rows} />
            </>
          )}
        </QueryView>
        <UsageByKeyCard days={days} />
      </div>
    </>
  );
}

function RangeSelect({ days }: { days: RangeDays }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <select
      aria-label={t('usage.range')}
      value={days}
      onChange={(event) => void navigate({ to: '/usage', search: { days: Number(event.target.value) as RangeDays } })}
      className="h-9 rounded-md border border-line-strong bg-surface px-2.5"
    >
      {RANGES_DAYS.map((count) => (
        <option key={count} value={count}>
          {t('usage.lastDays', { count })}
        </option>
      ))}
    </select>
  );
}

type Rows = Usage['rows'];

const quantityOf = (rows: Rows, meter: Meter, day?: string) =>
  sumDecimals(rows.filter((row) => row.meter === meter && (!day || row.day === day)).map((row) => row.quantity));

function MeterCard({ meter, days, rows }: { meter: Meter; days: RangeDays; rows: Rows }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const points = listDays(days).map((day) => ({ day, quantity: Number(quantityOf(rows, meter, day)) }));
  return (
    <Card
      title={terms.name('meters', meter)}
      actions={<span className="text-lg font-semibold tabular-nums">{format.number(quantityOf(rows, meter))}</span>}
    >
      <figure aria-label={t('usage.chart', { meter: terms.name('meters', meter) })} className="h-48">
        <Suspense fallback={<div className="h-full animate-pulse rounded bg-sunken" />}>
          <UsageChart points={points} name={terms.name('meters', meter)} />
        </Suspense>
      </figure>
    </Card>
  );
}

/** The numbers of the charts, for whoever cannot see or wants to copy them. */
function DailyCard({ rows }: { rows: Rows }) {
  const { t } = useTranslation();
  const format = useFormat();
  const days = [...new Set(rows.map(({ day }) => day!))].sort().reverse();
  return (
    <Card title={t('usage.byDay')} isFlush>
      {days.length === 0 ? (
        <p className="px-5 py-8 text-center text-muted">{t('usage.none')}</p>
      ) : (
        <Table label={t('usage.byDay')}>
          <thead>
            <tr>
              <HeaderCell>{t('usage.day')}</HeaderCell>
              <MeterHeaders />
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <tr key={day}>
                <Cell className="whitespace-nowrap">{format.day(day)}</Cell>
                <MeterQuantities quantityOf={(meter) => quantityOf(rows, meter, day)} />
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}
