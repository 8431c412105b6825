import { useTranslation } from 'react-i18next';
import { useTerms } from '../../../i18n/use-terms';
import { classNames } from '../../../ui/class-names';
import { ScrollRegion } from '../../../ui/scroll-region';
import type { Kind } from '../../models/families.queries';
import type { CellFormats } from './cell-formats';
import { checkCell } from './check-cell';
import type { FoundColumns } from './guess-columns';
import type { FileStart } from './read-start';

interface PreviewTableProps {
  start: FileStart;
  kind: Kind;
  columns: FoundColumns;
  formats: CellFormats;
  onColumns: (columns: FoundColumns) => void;
}

/** The first rows under what each column is; a cell that the import will refuse says why. */
export function PreviewTable({ start: { headers, rows }, kind, columns, formats, onColumns }: PreviewTableProps) {
  const { t } = useTranslation();
  const terms = useTerms();
  const columnOf = headers.map((_, index) => kind.columns.find(({ name }) => columns[name] === index));
  const choose = (index: number, chosen: string) => {
    const others = Object.entries(columns).filter(([name, place]) => place !== index && name !== chosen);
    onColumns({ ...Object.fromEntries(others), ...(chosen && { [chosen]: index }) });
  };
  return (
    <ScrollRegion aria-label={t('upload.preview')} className="max-h-112 rounded-lg border border-line bg-surface">
      <table aria-label={t('upload.preview')} className="w-full border-collapse text-left tabular-nums">
        <thead>
          <tr>
            {headers.map((header, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- two headers may be alike
              <th key={index} scope="col" className="min-w-36 border-b border-line px-3 py-2 align-top font-medium">
                <span className="mb-1 block truncate font-mono text-xs">{header || '—'}</span>
                <select
                  aria-label={t('upload.columnIs', { header })}
                  value={columnOf[index]?.name ?? ''}
                  onChange={(event) => choose(index, event.target.value)}
                  className={classNames(
                    'h-8 w-full rounded-md border bg-surface px-1.5',
                    columnOf[index] ? 'border-accent text-accent' : 'border-line-strong text-muted',
                  )}
                >
                  <option value="">{kind.others === 'attributes' ? t('upload.attribute') : t('upload.unused')}</option>
                  {kind.columns.map(({ name }) => (
                    <option key={name} value={name}>
                      {terms.name('columns', name)}
                    </option>
                  ))}
                </select>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            // oxlint-disable-next-line react/no-array-index-key -- rows have no identity but their place
            <tr key={place} className={classNames(row.length !== headers.length && 'bg-danger-soft')}>
              {headers.map((_, index) => {
                const column = columnOf[index];
                const cell = row[index] ?? '';
                const problem = column && checkCell(column, cell, formats);
                return (
                  <td
                    // oxlint-disable-next-line react/no-array-index-key -- two headers may be alike
                    key={index}
                    className={classNames(
                      'max-w-72 border-b border-line px-3 py-1.5 align-top',
                      problem && 'bg-danger-soft text-danger',
                      !column && kind.others === 'ignored' && 'text-muted',
                    )}
                  >
                    <span className="block truncate">{cell || (problem ? '' : '—')}</span>
                    {problem && <span className="block text-xs">{t(`upload.cell.${problem}`)}</span>}
                    {index === 0 && row.length !== headers.length && (
                      <span className="block text-xs text-danger">
                        {t('upload.cell.fields', { count: row.length, headers: headers.length })}
                      </span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
