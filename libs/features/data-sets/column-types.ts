import type { DuckDBConnection } from '@duckdb/node-api';
import { type ColumnType, type Kind, LABEL_SEPARATOR } from '../../models/kinds/kind.js';
import { quoteText } from '../../platform/tables/tables.js';
import { CHINESE_DATE, DATE, DECIMAL_COMMA, GROUPED } from './cell-formats.js';
import type { FoundColumns } from './row-checks.js';

export const COLUMN_TYPES = ['empty', 'id', 'number', 'date', 'picture', 'list', 'category', 'text'] as const;
export type CellType = (typeof COLUMN_TYPES)[number];

/** Of the filled cells of a column, how many must be of a type for it to be the column's. */
const MOST = 0.95;
const LIST_SHARE = 0.2;
/** A category's values recur, are short, and are few. */
const CATEGORY = { repeats: 5, characters: 40, values: 100 };

const OF_KIND: Record<ColumnType, CellType> = {
  id: 'id',
  text: 'category',
  passage: 'text',
  labels: 'list',
  number: 'number',
  time: 'date',
};

/** What the cells of each column of the table `raw` are: as the kind types them, or else as they look. */
export async function findTypes(
  connection: DuckDBConnection,
  kind: Kind,
  names: string[],
  columns: FoundColumns,
): Promise<{ type: CellType; attribute: string | null }[]> {
  const typeOf = new Map([...columns].map(([column, index]) => [index, OF_KIND[kind.columns[column]!.type]]));
  const attributes = Object.entries(kind.attributes ?? {});
  const types: { type: CellType; attribute: string | null }[] = [];
  for (const [index, name] of names.entries()) {
    const known = typeOf.get(index);
    const [attribute] = (known
      ? undefined
      : attributes.find(([, { spellings }]) => spellings.includes(name.toLowerCase()))) ?? [null];
    types.push({ type: known ?? (await looksLike(connection, index)), attribute });
  }
  return types;
}

async function looksLike(connection: DuckDBConnection, index: number): Promise<CellType> {
  const cell = `trim(c${index})`;
  const share = (condition: string) => `count(*) FILTER (WHERE ${condition}) / count(*)`;
  const isLike = (pattern: string) => `regexp_full_match(${cell}, ${quoteText(pattern)})`;
  const [row] = (
    await connection.runAndReadAll(`SELECT count(*)::DOUBLE,
      ${share(`isfinite(try_cast(${cell} AS DOUBLE)) OR ${isLike(DECIMAL_COMMA)} OR ${isLike(GROUPED)}`)},
      ${share(`try_cast(${cell} AS TIMESTAMP) IS NOT NULL OR ${isLike(DATE)} OR ${isLike(CHINESE_DATE)}`)},
      ${share(isLike(String.raw`(?i)https?://\S+\.(jpe?g|png|gif|webp|avif|svg)([?#]\S*)?`))},
      ${share(`contains(${cell}, ${quoteText(LABEL_SEPARATOR)})`)},
      count(DISTINCT ${cell})::DOUBLE, avg(length(${cell}))
      FROM raw WHERE ${cell} <> ''`)
  ).getRows();
  const [count, numbers, dates, pictures, lists, values, characters] = row!.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (count === 0) return 'empty';
  if (numbers >= MOST) return 'number';
  if (dates >= MOST) return 'date';
  if (pictures >= MOST) return 'picture';
  if (lists >= LIST_SHARE) return 'list';
  const isCategory =
    values <= CATEGORY.values && characters <= CATEGORY.characters && count >= CATEGORY.repeats * values;
  return isCategory ? 'category' : 'text';
}
