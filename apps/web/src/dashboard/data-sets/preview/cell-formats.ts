import type { Kind } from '../../models/families.queries';
import type { FoundColumns } from './guess-columns';

/** How a file's cells are written, where they show it; `either` where they do not and somebody has to say. */
export interface CellFormats {
  decimal: 'point' | 'comma' | 'either' | null;
  dates: 'day_first' | 'month_first' | 'either' | null;
}

/** What somebody said of that. */
export type SaidFormats = { decimal?: 'point' | 'comma'; dates?: 'day_first' | 'month_first' };

const DECIMAL_COMMA = /^[+-]?(\d{1,3}(\.\d{3})+(,\d+)?|\d+,\d+)$/;
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;
const DATE = /^(\d{1,2})([./-])(\d{1,2})[./-](\d{4}),?(\s.*)?$/;

/** As the API finds it in the whole file, over the rows that are seen. */
export function findCellFormats(
  rows: string[][],
  { columns }: Pick<Kind, 'columns'>,
  found: FoundColumns,
): CellFormats {
  const cellsOf = (type: string) =>
    columns
      .filter((column) => column.type === type && found[column.name] !== undefined)
      .flatMap(({ name }) => rows.map((row) => (row[found[name]!] ?? '').trim()));
  return { decimal: findDecimal(cellsOf('number')), dates: findDateOrder(cellsOf('time')) };
}

function findDecimal(cells: string[]): CellFormats['decimal'] {
  const commas = cells.filter((cell) => cell.includes(','));
  const both = commas.filter((cell) => DECIMAL_COMMA.test(cell) && GROUPED.test(cell));
  if (commas.length === 0) return null;
  if (both.length === commas.length) return 'either';
  if (commas.every((cell) => DECIMAL_COMMA.test(cell))) return 'comma';
  return commas.every((cell) => GROUPED.test(cell)) ? 'point' : null;
}

function findDateOrder(cells: string[]): CellFormats['dates'] {
  const parts = cells.map((cell) => DATE.exec(cell)).filter((match) => match !== null);
  if (parts.length === 0) return null;
  const beyond = (place: 1 | 3) => parts.filter((match) => Number(match[place]) > 12).length;
  if (parts.some((match) => match[2] === '.') || beyond(1) > beyond(3)) return 'day_first';
  return beyond(3) > 0 ? 'month_first' : 'either';
}

/** Whether the cell is a number in that writing, or would be in one of two. */
export function isNumberIn(cell: string, { decimal }: CellFormats): boolean {
  if (decimal === 'comma' && DECIMAL_COMMA.test(cell)) return true;
  return (decimal === 'point' || decimal === 'either') && GROUPED.test(cell);
}

/** As {@link isNumberIn}, of dates. */
export function isDateIn(cell: string, { dates }: CellFormats): boolean {
  const match = DATE.exec(cell);
  if (!match || !dates) return false;
  if (dates === 'either') return true;
  const [day, month] = dates === 'day_first' ? [match[1], match[3]] : [match[3], match[1]];
  return Number(month) <= 12 && Number(day) <= 31;
}
