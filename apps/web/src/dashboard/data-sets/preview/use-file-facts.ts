import { useTranslation } from 'react-i18next';
import type { Kind } from '../../models/families.queries';
import type { CellFormats } from './cell-formats';
import { type CellProblem, checkCell, findTimeFormat } from './check-cell';
import type { FoundColumns } from './guess-columns';
import type { FileStart } from './read-start';

const DELIMITER_KEYS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe', json: 'json' } as const;

/** What was found out about a file, in a few words each: delimiter, encoding, how times are written, how many cells are bad. */
export function useFileFacts(start: FileStart, kind: Kind, columns: FoundColumns, formats: CellFormats): string[] {
  const { t } = useTranslation();
  if (start.headers.length === 0) return [];
  const time = kind.columns.find(({ name, type }) => type === 'time' && columns[name] !== undefined);
  const sample = time && start.rows.map((row) => row[columns[time.name]!]?.trim()).find(Boolean);
  const timeFormat = sample && (findTimeFormat(sample) ?? formats.dates ?? 'unknown');
  const { count: bad } = findBadRows(start, kind, columns, formats);
  const isMissing = kind.columns.some(({ name, required }) => required && columns[name] === undefined);
  return [
    t(`upload.delimiters.${DELIMITER_KEYS[start.delimiter as keyof typeof DELIMITER_KEYS] ?? 'other'}`),
    start.encoding.toUpperCase(),
    ...(timeFormat ? [t(`upload.times.${timeFormat}`)] : []),
    ...(formats.decimal === 'comma' ? [t('upload.decimalComma')] : []),
    ...(bad > 0 ? [t('upload.badRows', { count: bad })] : start.problem || isMissing ? [] : [t('upload.noBadRows')]),
  ];
}

/** Of the rows that are shown, how many the import will reject, and what is wrong with the first of them. */
export function findBadRows(
  { headers, rows }: FileStart,
  kind: Kind,
  columns: FoundColumns,
  formats: CellFormats,
): BadRows {
  const known = kind.columns.filter(({ name }) => columns[name] !== undefined);
  const bad = rows.flatMap((row): NonNullable<BadRows['first']>[] => {
    if (row.length !== headers.length) return [{ problem: 'fields', count: row.length }];
    for (const column of known) {
      const cell = row[columns[column.name]!] ?? '';
      const problem = checkCell(column, cell, formats);
      if (problem) return [{ problem, column: column.name, cell: cell.trim() }];
    }
    return [];
  });
  return { count: bad.length, share: rows.length === 0 ? 0 : bad.length / rows.length, first: bad[0] };
}

interface BadRows {
  count: number;
  share: number;
  first: { problem: CellProblem; column: string; cell: string } | { problem: 'fields'; count: number } | undefined;
}
