import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { type RequestLogEntry, requestLogEntrySchema } from './request-log.schema.js';

/** CSV with a header line; a cell that a spreadsheet would take for a formula is made text. */
export function toCsv(entries: AsyncIterable<RequestLogEntry>): Readable {
  const columns = Object.keys(requestLogEntrySchema.shape);
  const csv = stringify({ header: true, columns, escape_formulas: true });
  return Readable.from(entries).compose(csv) as unknown as Readable;
}
