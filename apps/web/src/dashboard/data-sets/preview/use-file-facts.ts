import { useTranslation } from 'react-i18next';
import type { Kind } from '../../models/families.queries';
import { checkCell, findTimeFormat } from './check-cell';
import type { FoundColumns } from './guess-columns';
import type { FileStart } from './read-start';

const DELIMITER_KEYS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' } as const;

/** What was found out about a file, in a few words each: delimiter, encoding, how times are written, how many cells are bad. */
export function useFileFacts(start: FileStart, kind: Kind, columns: FoundColumns): string[] {
  const { t } = useTranslation();
  if (start.headers.length === 0) return [];
  const time = kind.columns.find(({ name, type }) => type === 'time' && columns[name] !== undefined);
  const sample = time && start.rows.map((row) => row[columns[time.name]!]?.trim()).find(Boolean);
  const timeFormat = sample && (findTimeFormat(sample) ?? 'unknown');
  const bad = countBadRows(start, kind, columns);
  return [
    t(`upload.delimiters.${DELIMITER_KEYS[start.delimiter as keyof typeof DELIMITER_KEYS]}`),
    start.encoding.toUpperCase(),
    ...(timeFormat ? [t(`upload.times.${timeFormat}`)] : []),
    ...(bad > 0 ? [t('upload.badRows', { count: bad })] : start.problem ? [] : [t('upload.noBadRows')]),
  ];
}

function countBadRows({ headers, rows }: FileStart, kind: Kind, columns: FoundColumns): number {
  const known = kind.columns.filter(({ name }) => columns[name] !== undefined);
  return rows.filter(
    (row) =>
      row.length !== headers.length || known.some((column) => checkCell(column, row[columns[column.name]!] ?? '')),
  ).length;
}
