import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Usage } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { BarChart } from '../../ui/chart/bar-chart';
import { Figure } from '../../ui/chart/chart';
import { PageHeader } from '../../ui/page-header';
import { QueryView, Together } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';
import { upcomingInvoiceQuery } from '../billing/billing.queries';
import { PeriodCard } from '../billing/period-card';
import { shownMeters } from './shown-meters';
import { sumDecimals } from './sum-decimals';
import { UsageByCard } from './usage-by-card';
import { UsageFilters } from './usage-filters';
import { UsageTableCard } from './usage-table-card';
import { listSteps, metersQuery, usageQuery, type UsageView } from './usage.queries';

export function UsagePage() {
  const { t } = useTranslation();
  const view = { days: 30, step: 'day', ...useSearch({ from: '/app/usage' }) } as const;
  const { can } = useMe();
  // Of one project there is no invoice.
  const isWhole = !view.projectId && can('billing:read');
  const invoice = useQuery({ ...upcomingInvoiceQuery, enabled: isWhole });
  const meters = useQuery(metersQuery);
  const usage = useQuery(usageQuery(view, view.step));
  return (
    <>
      <PageHeader title={t('usage.title')} hint={t('usage.hint')} actions={<UsageFilters view={view} />} />
      <Together queries={[invoice, meters, usage]}>
        <div className="space-y-5">
          {isWhole && <PeriodCard />}
          <QueryView query={meters}>
            {(list) => (
              <QueryView query={usage}>
                {({ rows }) => (
                  <UsageCards
                    view={view}
                    rows={rows}
                    meters={shownMeters(
                      list,
                      rows.map(({ meter }) => meter),
                    )}
                  />
                )}
              </QueryView>
            )}
          </QueryView>
        </div>
      </Together>
    </>
  );
}

type Rows = Usage['rows'];

const quantityIn = (rows: Rows, meter: string) =>
  sumDecimals(rows.filter((row) => row.meter === meter).map(({ quantity }) => quantity));

interface UsageCardsProps {
  view: UsageView;
  rows: Rows;
  meters: string[];
}

function UsageCards({ view, rows, meters }: UsageCardsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { step, projectId } = view;
  const ofStep = Map.groupBy(rows, (row) => row[step]!);
  return (
    <div className="space-y-5">
      <div className="grid gap-5 lg:grid-cols-2">
        {meters.map((meter) => (
          <MeterCard key={meter} meter={meter} view={view} ofStep={ofStep} total={quantityIn(rows, meter)} />
        ))}
      </div>
      {/* The numbers of the charts, for whoever cannot see or wants to copy them. */}
      <UsageTableCard
        title={t(`usage.by.${step}`)}
        headings={[t(`usage.steps.${step}`)]}
        meters={meters}
        rows={[...ofStep.keys()]
          .toSorted()
          .toReversed()
          .map((start) => ({
            id: start,
            names: [step === 'day' ? format.day(start) : format.hour(start)],
            quantityOf: (meter) => quantityIn(ofStep.get(start)!, meter),
          }))}
      />
      <UsageByCard group="apiKey" view={view} meters={meters} />
      {!projectId && <UsageByCard group="project" view={view} meters={meters} />}
      <UsageByCard group="deployment" view={view} meters={meters} />
    </div>
  );
}

interface MeterCardProps {
  meter: string;
  view: UsageView;
  ofStep: Map<string, Rows>;
  total: string;
}

function MeterCard({ meter, view, ofStep, total }: MeterCardProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const name = terms.name('meters', meter);
  const points = listSteps(view).map((start) => ({
    start,
    quantity: Number(quantityIn(ofStep.get(start) ?? [], meter)),
  }));
  return (
    <Card title={name} actions={<span className="text-lg font-semibold tabular-nums">{format.number(total)}</span>}>
      <Figure label={t(`usage.chart.${view.step}`, { meter: name })} className="h-48">
        <BarChart
          points={points}
          series={[{ key: 'quantity', name, color: 'var(--accent)' }]}
          formatTick={format.shortDay}
          formatStart={view.step === 'day' ? format.day : format.hour}
        />
      </Figure>
    </Card>
  );
}
