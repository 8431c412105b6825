import type { DuckDBConnection } from '@duckdb/node-api';
import type { Kind } from '../../models/kinds/kind.js';

/** What a customer has said of a file's cells, where it cannot be seen or is seen wrongly. */
export interface SaidFormats {
  decimal?: 'point' | 'comma' | undefined;
  dates?: 'day_first' | 'month_first' | undefined;
}

/** By index, how the numbers and times of a column are written, where it is in no way that the engine reads by itself. */
export interface CellFormats {
  /** `either`: each comma may stand before decimals or between thousands. */
  numbers: Map<number, 'comma' | 'grouped' | 'either'>;
  /** `either`: each date would be one by day and by month first. */
  times: Map<number, 'day_first' | 'month_first' | 'year_first' | 'either'>;
}

/** Of cells that the engine reads as they are. */
export const NO_FORMATS: CellFormats = { numbers: new Map(), times: new Map() };

/** 1.234,5 or 12,5 or, where another of the column is such a one, 1.234. */
export const DECIMAL_COMMA = String.raw`[+-]?(\d{1,3}(\.\d{3})+(,\d+)?|\d+,\d+)`;
/** 1,234.5 or 1,234. */
export const GROUPED = String.raw`[+-]?\d{1,3}(,\d{3})+(\.\d+)?`;
/** 3/4/2020, 3.4.2020 or 3-4-2020, and a time of day. */
export const DATE = String.raw`^\s*(\d{1,2})[./-](\d{1,2})[./-](\d{4}),?(.*)$`;
export const CHINESE_DATE = String.raw`^\s*(\d{4})年(\d{1,2})月(\d{1,2})日(.*)$`;

/** Looks at the rows of `table` that cannot be read as they are: what a column has in one place tells how it is written in all others. */
export async function findFormats(
  connection: DuckDBConnection,
  kind: Kind,
  columns: ReadonlyMap<string, number>,
  said: SaidFormats,
  table: string,
): Promise<CellFormats> {
  const formats: CellFormats = { numbers: new Map(), times: new Map() };
  const first = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()[0]!;
  for (const [column, index] of columns) {
    const cell = `c${index}`;
    const { type } = kind.columns[column]!;
    if (type === 'number') {
      const isLike = (pattern: string) => `regexp_full_match(trim(${cell}), '${pattern}')`;
      const [commas, decimal, grouped, both] = (
        await first(`SELECT count(*), count(*) FILTER (WHERE ${isLike(DECIMAL_COMMA)}), count(*) FILTER (WHERE ${isLike(GROUPED)}),
          count(*) FILTER (WHERE ${isLike(DECIMAL_COMMA)} AND ${isLike(GROUPED)}) FROM ${table} WHERE contains(${cell}, ',')`)
      ).map(Number) as [number, number, number, number];
      const isComma = said.decimal ? said.decimal === 'comma' : decimal === commas && decimal > both;
      // 1,234 alone may be a thousand and more or one and less.
      const isGrouped = said.decimal === 'point' || (grouped === commas && grouped > both);
      if (commas > 0 && (isComma || isGrouped)) formats.numbers.set(index, isComma ? 'comma' : 'grouped');
      else if (commas > 0 && both === commas) formats.numbers.set(index, 'either');
    }
    if (type === 'time') {
      const part = (place: number) => `try_cast(regexp_extract(${cell}, '${DATE}', ${place}) AS INTEGER)`;
      const [dates, dots, dayFirst, monthFirst, chinese] = (
        await first(`SELECT count(*) FILTER (WHERE is_date), count(*) FILTER (WHERE is_date AND regexp_matches(${cell}, '^\\s*\\d+\\.')),
          count(*) FILTER (WHERE is_date AND ${part(1)} > 12), count(*) FILTER (WHERE is_date AND ${part(2)} > 12),
          count(*) FILTER (WHERE contains(${cell}, '年')) FROM (SELECT ${cell}, regexp_matches(${cell}, '${DATE}') AS is_date FROM ${table}
          WHERE ${cell} IS NOT NULL AND try_cast(${cell} AS DOUBLE) IS NULL)`)
      ).map(Number) as [number, number, number, number, number];
      const seen = dots > 0 || dayFirst > monthFirst ? 'day_first' : monthFirst > 0 ? 'month_first' : 'either';
      if (dates > 0) formats.times.set(index, said.dates ?? seen);
      else if (chinese > 0) formats.times.set(index, 'year_first');
    }
  }
  return formats;
}

/** SQL of the cell as the engine reads a number. */
export function asNumber(index: number, { numbers }: CellFormats): string {
  const cell = `c${index}`;
  const format = numbers.get(index);
  if (!format || format === 'either') return cell;
  const [pattern, number] =
    format === 'comma'
      ? [DECIMAL_COMMA, `replace(replace(${cell}, '.', ''), ',', '.')`]
      : [GROUPED, `replace(${cell}, ',', '')`];
  return `CASE WHEN regexp_full_match(trim(${cell}), '${pattern}') THEN ${number} ELSE ${cell} END`;
}

/** SQL of the cell as ISO 8601, where it is a date. */
export function asIsoTime(index: number, { times }: CellFormats): string {
  const cell = `c${index}`;
  const replaced = {
    day_first: `regexp_replace(${cell}, '${DATE}', '\\3-\\2-\\1\\4')`,
    month_first: `regexp_replace(${cell}, '${DATE}', '\\3-\\1-\\2\\4')`,
    year_first: `regexp_replace(${cell}, '${CHINESE_DATE}', '\\1-\\2-\\3\\4')`,
    either: cell,
  };
  const format = times.get(index);
  return format ? replaced[format] : cell;
}
