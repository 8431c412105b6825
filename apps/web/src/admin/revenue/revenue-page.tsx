import { useQuery } from '@tanstack/react-query';
import { Receipt, Users } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Revenue } from '../../api/client';
import { CurrencySelect } from '../../dashboard/billing/currency-select';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { BarChart } from '../../ui/chart/bar-chart';
import { Chart } from '../../ui/chart/chart';
import { CsvLink } from '../../ui/csv-link';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { FactList } from '../../ui/fact-list';
import { PageHeader } from '../../ui/page-header';
import { QueryView, Together } from '../../ui/query-view';
import { priceListQuery } from '../../visitors/visitors.queries';
import { useOrganizationColumn } from '../organization-column';
import { SpanSelect } from '../span-select';
import { CostRatesCard, MarginsCard } from './margins-card';
import { csvUrl, organizationsCsvUrl, revenueQuery } from './revenue.queries';

type Month = Revenue['months'][number];
type Cohort = Revenue['cohorts'][number];
type OrganizationRevenue = Revenue['organizations'][number];

const SPANS = [6, 12, 24, 36];

/** What the platform earns: recurring revenue and what became of it, who stays, and what was billed. */
export function RevenuePage() {
  const { t } = useTranslation();
  const [view, setView] = useState({ currency: 'usd', months: 12 });
  const prices = useQuery(priceListQuery());
  const revenue = useQuery(revenueQuery(view));
  return (
    <Together queries={[prices]}>
      <PageHeader
        title={t('operator.revenue.title')}
        hint={t('operator.revenue.hint')}
        actions={
          <>
            <CurrencySelect
              currencies={prices.data?.currencies ?? []}
              value={view.currency}
              onChange={(currency) => setView({ ...view, currency })}
            />
            <SpanSelect spans={SPANS} value={view.months} onChange={(months) => setView({ ...view, months })} />
            <CsvLink href={csvUrl(view)} />
          </>
        }
      />
      <QueryView query={revenue}>
        {(found) => (
          <div className="space-y-5">
            <NowCard revenue={found} />
            <MonthsCard revenue={found} />
            <CohortsCard revenue={found} />
            <BilledCard revenue={found} />
            <OrganizationsCard revenue={found} csv={organizationsCsvUrl(view)} />
            <MarginsCard currency={found.currency} months={found.months.map(({ month }) => month)} />
            <CostRatesCard currency={found.currency} />
          </div>
        )}
      </QueryView>
    </Together>
  );
}

/** The month that runs, by the numbers that a business is known by. */
function NowCard({ revenue: { months, currency, usageRunRate } }: { revenue: Revenue }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = months.at(-1)!;
  const share = (rate: string | null) => (rate === null ? '—' : format.share(Number(rate)));
  const money = (amount: string | null) => (amount === null ? '—' : format.money(amount, currency));
  return (
    <Card title={t('operator.revenue.now')}>
      <FactList
        facts={[
          { name: t('operator.revenue.recurring'), value: money(now.closing) },
          { name: t('operator.revenue.runRate'), value: money(usageRunRate) },
          { name: t('operator.revenue.usage'), value: money(now.usage) },
          { name: t('operator.revenue.customers'), value: format.number(now.customersAtEnd) },
          { name: t('operator.revenue.netRetention'), value: share(now.netRevenueRetention) },
          { name: t('operator.revenue.grossRetention'), value: share(now.grossRevenueRetention) },
          { name: t('operator.revenue.customerChurn'), value: share(now.customerChurn) },
          { name: t('operator.revenue.perAccount'), value: money(now.averageRevenuePerAccount) },
          { name: t('operator.revenue.lifetime'), value: money(now.lifetimeValue) },
        ]}
      />
    </Card>
  );
}

function MonthsCard({ revenue: { months, currency } }: { revenue: Revenue }) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = (amount: string) => format.money(amount, currency);
  const series = [
    { key: 'closing', name: t('operator.revenue.recurring'), color: 'var(--color-accent)' },
    { key: 'usage', name: t('operator.revenue.usage'), color: 'var(--color-warning)' },
  ];
  const steps = ['opening', 'fromNew', 'reactivation', 'expansion', 'contraction', 'churn', 'closing'] as const;
  const columns: DataColumn<Month>[] = [
    { key: 'month', name: t('operator.revenue.month'), isPinned: true, cell: ({ month }) => format.month(month) },
    ...steps.map((key): DataColumn<Month> => ({
      key,
      name: t(`operator.revenue.steps.${key}`),
      isNumber: true,
      cell: (row) =>
        (key === 'contraction' || key === 'churn') && Number(row[key]) > 0 ? `−${money(row[key])}` : money(row[key]),
    })),
    { key: 'usage', name: t('operator.revenue.usage'), isNumber: true, cell: ({ usage }) => money(usage) },
  ];
  return (
    <Card title={t('operator.revenue.movement')} hint={t('operator.revenue.movementHint')} isFlush>
      <div className="p-4 sm:p-5">
        <Chart
          title={t('operator.revenue.movement')}
          label={t('operator.revenue.chart')}
          legend={series}
          head={[t('operator.revenue.month'), ...series.map(({ name }) => name)]}
          rows={months.map(({ month, closing, usage }) => [format.month(month), money(closing), money(usage)])}
          chart={
            <BarChart
              points={months.map(({ month, closing, usage }) => ({
                start: month,
                closing: Number(closing),
                usage: Number(usage),
              }))}
              series={series}
              formatTick={format.month}
              formatStart={format.month}
            />
          }
        />
      </div>
      <DataTable
        label={t('operator.revenue.movement')}
        rows={months.toReversed()}
        keyOf={({ month }) => month}
        columns={columns}
      />
    </Card>
  );
}

/** Who first paid in the same month, and what of it there still is. */
function CohortsCard({ revenue: { cohorts, months } }: { revenue: Revenue }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: DataColumn<Cohort>[] = [
    { key: 'month', name: t('operator.revenue.cohort'), isPinned: true, cell: ({ month }) => format.month(month) },
    {
      key: 'customers',
      name: t('operator.revenue.customers'),
      isNumber: true,
      cell: ({ customers }) => format.number(customers),
    },
    ...months.map((_, age): DataColumn<Cohort> => ({
      key: String(age),
      name: t('operator.revenue.after', { count: age }),
      isNumber: true,
      cell: ({ months: since }) => {
        const [first, then] = [Number(since[0]!.fees), since[age]];
        return then && first > 0 ? format.percent(Number(then.fees) / first) : '';
      },
    })),
  ];
  return (
    <Card title={t('operator.revenue.cohorts')} hint={t('operator.revenue.cohortsHint')} isFlush>
      {cohorts.length === 0 ? (
        <EmptyState icon={Users} title={t('operator.revenue.noCohorts')}>
          {t('operator.revenue.noCohortsText')}
        </EmptyState>
      ) : (
        <DataTable
          label={t('operator.revenue.cohorts')}
          rows={cohorts}
          keyOf={({ month }) => month}
          columns={columns}
        />
      )}
    </Card>
  );
}

/** Over all the months, by plan and meter, the most first. */
function BilledCard({ revenue: { billed, currency } }: { revenue: Revenue }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const rows = [...Map.groupBy(billed, ({ plan, meter }) => `${plan} ${meter ?? ''}`)]
    .map(([key, lines]) => ({ key, ...lines[0]!, sum: lines.reduce((sum, { amount }) => sum + Number(amount), 0) }))
    .toSorted((a, b) => b.sum - a.sum);
  return (
    <Card title={t('operator.revenue.billed')} hint={t('operator.revenue.billedHint')} isFlush>
      {rows.length === 0 ? (
        <EmptyState icon={Receipt} title={t('operator.revenue.noneBilled')}>
          {t('operator.revenue.noneBilledText')}
        </EmptyState>
      ) : (
        <DataTable
          label={t('operator.revenue.billed')}
          rows={rows}
          keyOf={({ key }) => key}
          columns={[
            {
              key: 'meter',
              name: t('operator.revenue.what'),
              isPinned: true,
              cell: ({ meter }) => (meter ? terms.name('meters', meter) : t('operator.revenue.fees')),
            },
            { key: 'plan', name: t('billing.plan'), cell: ({ plan }) => plan },
            {
              key: 'sum',
              name: t('billing.amount'),
              isNumber: true,
              cell: ({ sum }) => format.money(String(sum), currency),
            },
          ]}
        />
      )}
    </Card>
  );
}

/** Over all the months, by who was billed; with the fee and the run-rate of usage of now. */
function OrganizationsCard({ revenue: { organizations, currency }, csv }: { revenue: Revenue; csv: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const whose = useOrganizationColumn();
  const money = (key: 'revenue' | 'recurring' | 'usageRunRate', name: string): DataColumn<OrganizationRevenue> => ({
    key,
    name,
    isNumber: true,
    cell: (row) => format.money(row[key], currency),
  });
  return (
    <Card
      title={t('operator.revenue.byOrganization')}
      hint={t('operator.revenue.byOrganizationHint')}
      isFlush
      actions={<CsvLink href={csv} />}
    >
      {organizations.length === 0 ? (
        <EmptyState icon={Receipt} title={t('operator.revenue.noneBilled')}>
          {t('operator.revenue.noneBilledText')}
        </EmptyState>
      ) : (
        <DataTable
          label={t('operator.revenue.byOrganization')}
          rows={organizations}
          keyOf={({ organization }) => organization.id}
          columns={[
            whose,
            money('revenue', t('billing.amount')),
            money('recurring', t('operator.revenue.fee')),
            money('usageRunRate', t('operator.revenue.runRate')),
          ]}
        />
      )}
    </Card>
  );
}
