import { useTranslation } from 'react-i18next';
import type { PriceSimulation } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { FactList } from '../../ui/fact-list';
import { Notice } from '../../ui/notice';
import { useOrganizationColumn } from '../organization-column';

type Changed = PriceSimulation['winners'][number];
type Differing = PriceSimulation['differing']['periods'][number];

/** What came of it: all together, by organization, and by tier. */
export function SimulationResult({ result }: { result: PriceSimulation }) {
  const { t } = useTranslation();
  const { winners, winnersCount, losers, losersCount } = result;
  return (
    <>
      <TotalsCard result={result} />
      <ChangedCard
        title={t('operator.pricing.winners', { count: winnersCount })}
        rows={winners}
        currency={result.currency}
      />
      <ChangedCard
        title={t('operator.pricing.losers', { count: losersCount })}
        rows={losers}
        currency={result.currency}
      />
      <TiersCard tiers={result.tiers} />
    </>
  );
}

function TotalsCard({ result }: { result: PriceSimulation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { currency, billChange, billChangeShare, differing } = result;
  const money = (amount: string | null) => (amount === null ? '—' : format.money(amount, currency));
  const share = (value: string | null) => (value === null ? '—' : format.share(Number(value)));
  return (
    <Card title={t('operator.pricing.result')} hint={t('operator.pricing.resultHint')}>
      <div className="space-y-4">
        {result.reproduces ? (
          <Notice tone="success">{t('operator.pricing.reproduces')}</Notice>
        ) : (
          <Notice tone="warning">{t('operator.pricing.differs', { count: differing.count })}</Notice>
        )}
        <FactList
          facts={[
            { name: t('operator.pricing.organizations'), value: format.number(result.organizations) },
            { name: t('operator.pricing.periods'), value: format.number(result.periods) },
            { name: t('operator.pricing.before'), value: money(result.before) },
            { name: t('operator.pricing.after'), value: money(result.after) },
            { name: t('operator.pricing.change'), value: money(result.change) },
            { name: t('operator.pricing.p50'), value: `${money(billChange.p50)} (${share(billChangeShare.p50)})` },
            { name: t('operator.pricing.p95'), value: `${money(billChange.p95)} (${share(billChangeShare.p95)})` },
            {
              name: t('operator.margins.margin'),
              value: result.margin && `${share(result.margin.before)} → ${share(result.margin.after)}`,
            },
            { name: t('operator.pricing.breakEven'), value: share(result.breakEven) },
          ]}
        />
        {differing.count > 0 && <DifferingTable rows={differing.periods} currency={currency} />}
      </div>
    </Card>
  );
}

function DifferingTable({ rows, currency }: { rows: Differing[]; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = (key: 'billed' | 'rated'): DataColumn<Differing> => ({
    key,
    name: t(`operator.pricing.${key}`),
    isNumber: true,
    cell: (row) => format.money(row[key], currency),
  });
  return (
    <DataTable
      label={t('operator.pricing.differing')}
      rows={rows}
      keyOf={({ organization, periodStart }) => `${organization.id} ${periodStart}`}
      columns={[
        useOrganizationColumn(),
        {
          key: 'period',
          name: t('operator.pricing.period'),
          cell: ({ periodStart }) => format.dateTime(periodStart),
        },
        money('billed'),
        money('rated'),
      ]}
    />
  );
}

function ChangedCard({ title, rows, currency }: { title: string; rows: Changed[]; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const organization = useOrganizationColumn();
  if (rows.length === 0) return null;
  const money = (key: 'before' | 'after' | 'change'): DataColumn<Changed> => ({
    key,
    name: t(`operator.pricing.${key}`),
    isNumber: true,
    cell: (row) => format.money(row[key], currency),
  });
  return (
    <Card title={title} isFlush>
      <DataTable
        label={title}
        rows={rows}
        keyOf={(row) => row.organization.id}
        columns={[organization, money('before'), money('after'), money('change')]}
      />
    </Card>
  );
}

function TiersCard({ tiers }: Pick<PriceSimulation, 'tiers'>) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  return (
    <Card title={t('operator.pricing.tiers')} hint={t('operator.pricing.tiersHint')} isFlush>
      <DataTable
        label={t('operator.pricing.tiers')}
        rows={tiers}
        keyOf={({ meter, deviceClass, from }) => `${meter} ${deviceClass} ${from}`}
        columns={[
          {
            key: 'meter',
            name: t('operator.pricing.meter'),
            isPinned: true,
            cell: ({ meter, deviceClass }) => `${terms.name('meters', meter)}${deviceClass && ` (${deviceClass})`}`,
          },
          {
            key: 'from',
            name: t('operator.pricing.tier'),
            cell: ({ from }) =>
              from === null
                ? t('operator.pricing.withinIncluded')
                : t('operator.pricing.above', { units: format.number(Number(from)) }),
          },
          {
            key: 'periods',
            name: t('operator.pricing.periods'),
            isNumber: true,
            cell: ({ periods }) => format.number(periods),
          },
        ]}
      />
    </Card>
  );
}
