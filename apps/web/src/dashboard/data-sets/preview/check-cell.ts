import type { Kind } from '../../models/families.queries';
import { type CellFormats, isDateIn, isNumberIn } from './cell-formats';

type Column = Kind['columns'][number];

/** What is wrong with a cell, as far as a look at it tells; the import asks more. */
export type CellProblem = 'empty' | 'tooLong' | 'number' | 'time' | 'values';

/** The API's own bounds, which stand in its documentation. */
const ID_CHARACTERS_MAX = 256;
const ISO_TIME = /^\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}(:?\d{2})?)?)?$/;

/** Null where nothing is wrong. */
export function checkCell({ type, required, values }: Column, cell: string, formats: CellFormats): CellProblem | null {
  const text = cell.trim();
  if (text === '') return required ? 'empty' : null;
  if ((type === 'id' || type === 'text') && text.length > ID_CHARACTERS_MAX) return 'tooLong';
  if (values && !values.includes(text.toLowerCase())) return 'values';
  if (type === 'number' && !Number.isFinite(Number(text)) && !isNumberIn(text, formats)) return 'number';
  return type === 'time' && findTimeFormat(text) === null && !isDateIn(text, formats) ? 'time' : null;
}

export type TimeFormat = 'seconds' | 'milliseconds' | 'iso';

/** How a time is written; null where it is not as the API reads it. */
export function findTimeFormat(text: string): TimeFormat | null {
  const number = Number(text);
  if (Number.isFinite(number)) return number < 0 ? null : number > 1e11 ? 'milliseconds' : 'seconds';
  return ISO_TIME.test(text) &&
    !Number.isNaN(
      Date.parse(
        text
          .replace(/^(\d{4})[-/](\d{1,2})[-/]/, (_, year, month) => `${year}-${month.padStart(2, '0')}-`)
          .slice(0, 10),
      ),
    )
    ? 'iso'
    : null;
}
