import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Preview } from '../../../api/client';
import { useTerms } from '../../../i18n/use-terms';
import { classNames } from '../../../ui/class-names';
import { ScrollRegion } from '../../../ui/scroll-region';
import type { Kind } from '../../models/families.queries';

interface PreviewTableProps {
  found: Preview;
  kind: Kind;
  /** Another answer is on its way. */
  isStale: boolean;
  /** Gets the header of every column of the kind; empty where none holds it. */
  onColumns: (mapping: Record<string, string>) => void;
}

/** The first rows under what each column is; a cell that the import will refuse says why. */
export function PreviewTable({ found: { columns, data }, kind, isStale, onColumns }: PreviewTableProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const [chosen, setChosen] = useState<Record<string, string>>({});
  // What was chosen shows at once, not only when the answer to it comes.
  const columnOf = (header: string, column: string | null) =>
    isStale && header !== '' && kind.columns.some(({ name }) => name in chosen)
      ? kind.columns.find(({ name }) => chosen[name] === header)?.name
      : column;
  const choose = (header: string, wanted: string) => {
    const headerOf = (name: string) =>
      columns.find((each) => columnOf(each.header, each.column) === name)?.header ?? '';
    const mapping = Object.fromEntries(
      kind.columns.map(({ name }): [string, string] => {
        if (name === wanted) return [name, header];
        return [name, headerOf(name) === header ? '' : headerOf(name)];
      }),
    );
    setChosen(mapping);
    onColumns(mapping);
  };
  return (
    <ScrollRegion
      aria-label={t('upload.preview')}
      aria-busy={isStale}
      className={classNames('max-h-112 rounded-lg border border-line bg-surface', isStale && 'cursor-progress')}
    >
      <table aria-label={t('upload.preview')} className="w-full border-collapse text-left tabular-nums">
        <thead>
          <tr>
            {columns.map(({ header, column, foundBy, type }, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- several headers may be empty
              <th key={index} scope="col" className="min-w-36 border-b border-line px-3 py-2 align-top font-medium">
                <span className="mb-1 flex items-baseline justify-between gap-2">
                  <span className="truncate font-mono text-xs">{header || '—'}</span>
                  <span className="shrink-0 text-xs font-normal text-muted">{t(`upload.types.${type}`)}</span>
                </span>
                <select
                  aria-label={t('upload.columnIs', { header })}
                  value={columnOf(header, column) ?? ''}
                  disabled={header === ''}
                  onChange={(event) => choose(header, event.target.value)}
                  className={classNames(
                    'h-8 w-full rounded-md border bg-surface px-1.5',
                    column ? 'border-accent text-accent' : 'border-line-strong text-muted',
                  )}
                >
                  <option value="">{kind.others === 'attributes' ? t('upload.attribute') : t('upload.unused')}</option>
                  {kind.columns.map(({ name }) => (
                    <option key={name} value={name}>
                      {terms.name('columns', name)}
                    </option>
                  ))}
                </select>
                {foundBy === 'guess' && (
                  <span className="mt-0.5 block text-xs font-normal text-muted">{t('upload.guessed')}</span>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.map(({ row, cells, problems }) => {
            const ofRow = problems.filter(({ header }) => header === null);
            return (
              <tr key={row} className={classNames(ofRow.length > 0 && 'bg-danger-soft')}>
                {columns.map(({ header, column }, index) => {
                  const wrong = problems.find((problem) => problem.header === header);
                  return (
                    <td
                      // oxlint-disable-next-line react/no-array-index-key -- several headers may be empty
                      key={index}
                      className={classNames(
                        'max-w-72 border-b border-line px-3 py-1.5 align-top',
                        wrong && 'bg-danger-soft text-danger',
                        !column && kind.others === 'ignored' && 'text-muted',
                      )}
                    >
                      <span className="block truncate">{cells[index] || (wrong ? '' : '—')}</span>
                      {wrong && <span className="block text-xs">{terms.sentences(wrong.message)}</span>}
                      {index === 0 &&
                        ofRow.map(({ message }) => (
                          <span key={message} className="block text-xs text-danger">
                            {terms.sentences(message)}
                          </span>
                        ))}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
