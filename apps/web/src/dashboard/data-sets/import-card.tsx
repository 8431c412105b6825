import { useTranslation } from 'react-i18next';
import type { Import } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { FactList } from '../../ui/fact-list';
import { Notice } from '../../ui/notice';
import { ProgressBar } from '../../ui/progress-bar';
import { isActive, StatusBadge } from '../../ui/status-badge';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { useKind } from '../models/families.queries';

/** What became of the latest file. */
export function ImportCard({
  latest,
  kind,
  hasEarlierRows,
}: {
  latest: Import;
  kind: string;
  hasEarlierRows: boolean;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const statistics = Object.entries(useKind(kind)?.statistics ?? {});
  const valueOf = (name: string) => latest.statistics?.[name] ?? null;
  const show = (value: number | string) => (typeof value === 'number' ? format.number(value) : format.date(value));
  return (
    <Card
      title={t('import.title')}
      hint={format.dateTime(latest.finishedAt ?? latest.createdAt)}
      actions={
        <output>
          <StatusBadge status={latest.status} />
        </output>
      }
    >
      <div className="space-y-4">
        {isActive(latest) && <ProgressBar label={t('import.progress')} share={null} />}
        {latest.status === 'failed' && (
          <Notice tone="danger">
            <p>{latest.failureReason}</p>
            {hasEarlierRows && <p className="mt-0.5">{t('import.earlierRowsKept')}</p>}
          </Notice>
        )}
        {latest.rowsAccepted !== null && (
          <div className="flex flex-wrap gap-x-6 gap-y-1 text-base font-semibold tabular-nums">
            <p className={latest.rowsAccepted > 0 ? 'text-success' : undefined}>
              {t('import.rowsAccepted', { count: latest.rowsAccepted })}
            </p>
            <p className={latest.rowsRejected ? 'text-danger' : 'font-normal text-muted'}>
              {t('import.rowsRejected', { count: latest.rowsRejected ?? 0 })}
            </p>
          </div>
        )}
        {latest.statistics && statistics.length > 0 && (
          <FactList
            facts={statistics.map(([name, { meaning }]) => {
              const value = valueOf(name);
              return {
                name: terms.name('statistics', name, meaning),
                value: value !== null && show(value),
              };
            })}
          />
        )}
      </div>
    </Card>
  );
}

/** The rejected rows, as far as the API keeps them. */
export function ImportErrorsCard({ latest }: { latest: Import }) {
  const { t } = useTranslation();
  const format = useFormat();
  const hiddenCount = (latest.rowsRejected ?? 0) - latest.errors.length;
  return (
    <Card
      title={t('import.errors')}
      hint={hiddenCount > 0 ? t('import.firstErrors', { count: latest.errors.length }) : undefined}
      isFlush
    >
      <Table label={t('import.errors')}>
        <thead>
          <tr>
            <HeaderCell isNumber>{t('import.row')}</HeaderCell>
            <HeaderCell>{t('import.column')}</HeaderCell>
            <HeaderCell className="w-full">{t('import.message')}</HeaderCell>
          </tr>
        </thead>
        <tbody>
          {latest.errors.map(({ row, column, message }) => (
            <tr key={`${row} ${column} ${message}`}>
              <Cell isNumber>{format.number(row)}</Cell>
              <Cell className="font-mono text-xs">{column ?? '—'}</Cell>
              <Cell>{message}</Cell>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
