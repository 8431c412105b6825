import type { ColumnType, Kind } from '../../models/kinds/kind.js';
import { BOUNDS } from '../../platform/bounds.js';
import { quoteName, quoteText } from '../../platform/tables/tables.js';

/** In Unix seconds. */
const YEAR_9999_END = 253_402_300_799;
const ID_CHARACTERS = BOUNDS.idCharacters.most;

/** Where a file has each column of its kind: the index of its header; absent columns are left out. */
export type FoundColumns = Map<string, number>;

/** What may be wrong with a row; SQL over the cells `c0`, `c1` … of the file. */
export interface Check {
  /** Index in the file; null where the row as a whole is wrong. */
  index: number | null;
  isWrong: string;
  message: string;
}

export function checksOf(kind: Kind, names: string[], columns: FoundColumns): Check[] {
  const checks = [...columns].flatMap(([column, index]) => columnChecks(kind, column, index));
  return kind.others === 'attributes' ? [...checks, ...attributeChecks(names, columns)] : checks;
}

function columnChecks(kind: Kind, column: string, index: number): Check[] {
  const { type, isRequired } = kind.columns[column]!;
  const cell = `c${index}`;
  const check = (isWrong: string, message: string) => ({ index, isWrong, message });
  const isEmpty = check(`coalesce(trim(${cell}), '') = ''`, quoteText(`${column} is empty`));
  const required = isRequired ? [isEmpty] : [];
  switch (type) {
    case 'id':
    case 'text':
      return [
        ...required,
        check(`length(${cell}) > ${ID_CHARACTERS}`, quoteText(`${column} is longer than ${ID_CHARACTERS} characters`)),
        // No call could name it: NUL is refused in every request.
        check(`contains(${cell}, chr(0))`, quoteText(`${column} holds a NUL character`)),
      ];
    case 'number':
      return [
        ...required,
        check(
          `${cell} IS NOT NULL AND NOT coalesce(isfinite(try_cast(${cell} AS DOUBLE)), false)`,
          `'"' || left(${cell}, 40) || '" is not a finite number'`,
        ),
      ];
    case 'time':
      return [
        ...required,
        check(
          `${cell} IS NOT NULL AND ${unixSeconds(cell)} IS NULL`,
          `'"' || left(${cell}, 40) || '" is no time from 1970 to 9999, as Unix time or ISO 8601'`,
        ),
      ];
  }
}

/** Each attribute alone, and all together as the JSON that an answer holds. */
function attributeChecks(names: string[], columns: FoundColumns): Check[] {
  const attributes = attributesOf(names, columns);
  const { cellBytes, attributeBytes } = BOUNDS;
  const checks: Check[] = attributes.map(({ index }) => ({
    index,
    isWrong: `strlen(c${index}) > ${cellBytes.most}`,
    message: quoteText(`the cell is longer than ${cellBytes.most} bytes: shorten it`),
  }));
  if (attributes.length === 0) return checks;
  const object = attributes.map(({ name, index }) => `${quoteText(name)}, c${index}`).join(', ');
  const message = quoteText(
    `the attributes together are longer than ${attributeBytes.most} bytes of JSON: leave some out`,
  );
  return [
    ...checks,
    { index: null, isWrong: `strlen(json_object(${object})::VARCHAR) > ${attributeBytes.most}`, message },
  ];
}

/** The headers that are no column of the kind, with their indices. */
function attributesOf(names: string[], columns: FoundColumns): { name: string; index: number }[] {
  const known = new Set(columns.values());
  return names.map((name, index) => ({ name, index })).filter(({ name, index }) => name !== '' && !known.has(index));
}

/** The columns that are kept, each of its type, as a list of SQL expressions. */
export function typedColumns(kind: Kind, names: string[], columns: FoundColumns): string {
  const typed = Object.entries(kind.columns).map(([column, { type }]) => {
    const index = columns.get(column);
    return `${index === undefined ? 'NULL' : valueOf(type, `c${index}`)}::${sqlType(type)} AS ${quoteName(column)}`;
  });
  if (kind.others === 'ignored') return typed.join(', ');
  return [...typed, ...attributesOf(names, columns).map(({ name, index }) => `c${index} AS ${quoteName(name)}`)].join(
    ', ',
  );
}

function valueOf(type: ColumnType, cell: string): string {
  if (type === 'id') return `trim(${cell})`;
  return type === 'time' ? unixSeconds(cell) : cell;
}

function sqlType(type: ColumnType): string {
  return type === 'number' || type === 'time' ? 'DOUBLE' : 'VARCHAR';
}

/** Unix seconds from seconds, milliseconds (past 10¹¹) or ISO 8601, without an offset UTC; NULL outside 1970 to 9999. */
function unixSeconds(cell: string): string {
  const number = `try_cast(${cell} AS DOUBLE)`;
  const hasOffset = `regexp_matches(${cell}, ':\\d\\d(\\.\\d+)?\\s*(Z|[+-]\\d\\d(:?\\d\\d)?)$')`;
  const seconds = `CASE
    WHEN ${number} > 1e11 THEN ${number} / 1000
    WHEN ${number} IS NOT NULL THEN ${number}
    WHEN ${hasOffset} THEN epoch(try_cast(${cell} AS TIMESTAMPTZ))
    ELSE epoch(try_cast(${cell} AS TIMESTAMP)) END`;
  return `(CASE WHEN (${seconds}) BETWEEN 0 AND ${YEAR_9999_END} THEN (${seconds}) END)`;
}
