import { findKind, type KindKey } from '../../models/kinds/kinds.js';
import { noSuchColumn } from './data-sets.errors.js';
import { type ColumnMapping, fileFormatsSchema, type ImportMode, type UploadQuery } from './data-sets.schema.js';

/** What is said with a file: how its rows come in, which header holds which column, and how it is written. */
export function splitQuery({ mode = 'replace', encoding, delimiter, decimal, dates, ...columnMapping }: UploadQuery) {
  return {
    mode: mode as ImportMode,
    columnMapping: columnMapping as ColumnMapping,
    formats: fileFormatsSchema.parse({ encoding, delimiter, decimal, dates }),
  };
}

/** @throws Problem 400 where a column is named that rows of the kind do not have */
export function refuseStrangers(kind: KindKey, columnMapping: ColumnMapping): void {
  const { columns } = findKind(kind)!;
  const stranger = Object.keys(columnMapping).find((column) => !Object.hasOwn(columns, column));
  if (stranger) throw noSuchColumn(kind, stranger, Object.keys(columns));
}
