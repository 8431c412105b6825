import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Spend } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { BarChart } from '../../ui/chart/bar-chart';
import { Figure } from '../../ui/chart/chart';
import { CsvLink } from '../../ui/csv-link';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { QueryView } from '../../ui/query-view';
import { Select } from '../../ui/select';
import { nameOf, useDirectory } from '../projects/use-directory';
import { spendCsvUrl, SPEND_GROUPS, type SpendGroup, spendQuery } from './billing.queries';

type Row = Spend['rows'][number];

/** More bars than these say nothing; the table has all. */
const BARS_MAX = 12;

/** What of a period's metered amount falls to each project, key or meter. */
export function SpendCard() {
  const { t } = useTranslation();
  const format = useFormat();
  const [period, setPeriod] = useState<string>();
  const [group, setGroup] = useState<SpendGroup>('project');
  const spend = useQuery(spendQuery(group, period));
  return (
    <Card
      title={t('billing.spend.title')}
      hint={t('billing.spend.hint')}
      isFlush
      actions={
        <>
          <Select
            aria-label={t('billing.spend.group')}
            value={group}
            onChange={({ target }) => setGroup(target.value as SpendGroup)}
          >
            {SPEND_GROUPS.map((each) => (
              <option key={each} value={each}>
                {t(`billing.spend.groups.${each}`)}
              </option>
            ))}
          </Select>
          <Select
            aria-label={t('billing.period')}
            value={period ?? spend.data?.periodStart ?? ''}
            onChange={({ target }) => setPeriod(target.value)}
          >
            {spend.data?.periods.map(({ periodStart, periodEnd }) => (
              <option key={periodStart} value={periodStart}>
                {`${format.date(periodStart)} – ${format.date(periodEnd)}`}
              </option>
            ))}
          </Select>
          <CsvLink href={spendCsvUrl(period)} />
        </>
      }
    >
      <QueryView query={spend}>
        {(found) =>
          found.rows.length === 0 ? (
            <p className="px-5 py-4 text-muted">{t('billing.spend.none')}</p>
          ) : (
            <SpendOf spend={found} group={group} />
          )
        }
      </QueryView>
    </Card>
  );
}

function SpendOf({ spend: { rows, currency, total }, group }: { spend: Spend; group: SpendGroup }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames(group);
  const name = t(`billing.spend.groups.${group}`);
  const shareOf = ({ amount }: Row) => (Number(total) === 0 ? '—' : format.share(Number(amount) / Number(total)));
  const columns: DataColumn<Row>[] = [
    { key: 'name', name, isPinned: true, cell: (row) => names.cell(row) },
    { key: 'amount', name: t('billing.amount'), isNumber: true, cell: ({ amount }) => format.money(amount, currency) },
    { key: 'share', name: t('billing.spend.share'), isNumber: true, cell: shareOf },
  ];
  const bars = rows.slice(0, BARS_MAX);
  return (
    <>
      {Number(total) > 0 && (
        <div className="p-4 sm:p-5">
          <Figure label={t('billing.spend.chart', { group: name })} className="h-44">
            <BarChart
              points={bars.map((row, place) => ({ start: String(place), amount: Number(row.amount) }))}
              series={[{ key: 'amount', name: t('billing.amount'), color: 'var(--accent)' }]}
              formatTick={(place) => shortened(names.text(bars[Number(place)]!))}
              formatStart={(place) => names.text(bars[Number(place)]!)}
            />
          </Figure>
        </div>
      )}
      <DataTable
        label={t('billing.spend.title')}
        rows={rows}
        keyOf={({ projectId, apiKeyId, meter }) => `${projectId} ${apiKeyId} ${meter}`}
        columns={columns}
      />
      <p className="border-t border-line px-4 py-2.5 font-medium tabular-nums sm:px-5">
        {`${t('billing.total')}: ${format.money(total, currency)}`}
      </p>
    </>
  );
}

const SHORT = 14;
const shortened = (name: string) => (name.length > SHORT ? `${name.slice(0, SHORT - 1)}…` : name);

/** The API gives ids of projects and keys; these are their names. */
function useNames(group: SpendGroup): { text: (row: Row) => string; cell: (row: Row) => ReactNode } {
  const { t } = useTranslation();
  const terms = useTerms();
  const { projects, apiKeys } = useDirectory();
  const text = ({ projectId, apiKeyId, meter }: Row): string => {
    if (group === 'meter') return terms.name('meters', meter!);
    if (group === 'project') return projectId ? nameOf(projects, projectId) : t('usage.without.project');
    return apiKeyId ? nameOf(apiKeys, apiKeyId) : t('usage.without.apiKey');
  };
  const cell = (row: Row) => {
    const key = group === 'apiKey' ? apiKeys.find(({ id }) => id === row.apiKeyId) : undefined;
    return (
      <>
        <span className="font-medium wrap-anywhere">{text(row)}</span>
        {key && (
          <span className="ml-2 text-xs text-muted">
            <code>{key.prefix}…</code> {nameOf(projects, key.projectId)}
          </span>
        )}
      </>
    );
  };
  return { text, cell };
}
