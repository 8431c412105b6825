import { useTranslation } from 'react-i18next';
import type { DataSet } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { useKind } from '../models/families.queries';

/** How much there is, of what, from when to when. */
export function StatisticTiles({ dataSet: { kind, currentImport } }: { dataSet: DataSet }) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const known = Object.entries(useKind(kind)?.statistics ?? {});
  if (!currentImport) return null;
  const statistics = known.flatMap(([name, { meaning }]) => {
    const value = currentImport.statistics?.[name] ?? null;
    if (value === null) return [];
    const shown = typeof value === 'number' ? format.number(value) : format.date(value);
    return [{ name: terms.name('statistics', name, meaning), value: shown }];
  });
  const tiles = [{ name: t('projects.rows'), value: format.number(currentImport.rowsHeld ?? 0) }, ...statistics];
  return <Figures figures={tiles} />;
}

export function Figures({ figures }: { figures: { name: string; value: string }[] }) {
  if (figures.length === 0) return null;
  return (
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-6">
      {figures.map(({ name, value }) => (
        <div key={name} className="rounded-lg border border-line bg-surface px-4 py-3">
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="mt-0.5 text-lg font-semibold tracking-tight tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
