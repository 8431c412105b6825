import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DataSet } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Loading } from '../../ui/query-view';
import { useKind } from '../models/families.queries';
import { qualityQuery } from './data-sets.queries';
import { rowsOf } from './rows-of';

/** How much there is, of what, from when to when. */
export function StatisticTiles({ dataSet }: { dataSet: DataSet }) {
  const { currentImport, addedRows } = dataSet;
  if (addedRows > 0) return <TilesOfAll dataSet={dataSet} />;
  if (!currentImport) return null;
  return <Tiles kind={dataSet.kind} rows={currentImport.rowsHeld ?? 0} statistics={currentImport.statistics ?? {}} />;
}

/** Of the rows of the file together with those that came by themselves; of too many to be counted, what the file's import said. */
function TilesOfAll({ dataSet }: { dataSet: DataSet }) {
  const { data, isError } = useQuery(qualityQuery(dataSet));
  if (isError)
    return <Tiles kind={dataSet.kind} rows={rowsOf(dataSet)} statistics={dataSet.currentImport?.statistics ?? {}} />;
  if (!data) return <Loading />;
  const values = Object.entries(data.statistics).map(([name, { value }]) => [name, value] as const);
  return <Tiles kind={dataSet.kind} rows={data.rows} statistics={Object.fromEntries(values)} />;
}

interface TilesProps {
  kind: string;
  rows: number;
  statistics: Record<string, number | string | null>;
}

function Tiles({ kind, rows, statistics }: TilesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const known = Object.entries(useKind(kind)?.statistics ?? {}).flatMap(([name, { meaning }]) => {
    const value = statistics[name] ?? null;
    if (value === null) return [];
    const shown = typeof value === 'number' ? format.number(value) : format.date(value);
    return [{ name: terms.name('statistics', name, meaning), value: shown }];
  });
  return <Figures figures={[{ name: t('projects.rows'), value: format.number(rows) }, ...known]} />;
}

export function Figures({ figures }: { figures: { name: string; value: string }[] }) {
  if (figures.length === 0) return null;
  return (
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-6">
      {figures.map(({ name, value }) => (
        <div key={name} className="rounded-lg border border-line bg-surface px-3.5 py-3">
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="mt-0.5 text-base font-semibold tracking-tight whitespace-nowrap tabular-nums 2xl:text-lg">
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
