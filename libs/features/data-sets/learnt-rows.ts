import { type Kind, sqlType } from '../../models/kinds/kind.js';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { foldName, quoteName, quoteText } from '../../platform/tables/tables.js';

/** Rows of a data set that came by themselves, as lines of JSON on this machine's disk; of events, of which there may be millions, as CSV without a header. */
export interface AddedFile {
  addedFile: string;
  /** Of rows with an id, the names of attributes that the lines use; each line then holds `id`, `is_deletion` and `row`. */
  addedNames?: string[];
}

/** SQL of the lines in a file of rows that came by themselves, in their order. */
export function linesOf(kind: KindKey, addedFile: string): string {
  const { columns, identity, isLive }: Kind = kinds[kind];
  const types = identity
    ? ["id: 'VARCHAR'", "is_deletion: 'BOOLEAN'", "row: 'MAP(VARCHAR, VARCHAR)'"]
    : Object.entries(columns).map(([name, { type }]) => `${quoteName(name)}: ${quoteText(sqlType(type))}`);
  if (isLive)
    return `SELECT * FROM read_csv(${quoteText(addedFile)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', columns = {${types.join(', ')}})`;
  return `SELECT * FROM read_json(${quoteText(addedFile)}, format = 'newline_delimited', columns = {${types.join(', ')}})`;
}

/**
 * SQL of the rows of a data set that a model learns from: those of its files and the added ones; of corrections their last word, in place of the
 * files' rows, and of rows with an id the added ones, their names folded, in the place of those of the same id.
 *
 * @param files SQL of a table of the files' rows; undefined where no file came
 * @param lines SQL of {@link linesOf}, or of a copy of it; undefined where no row came by itself
 */
export function learntRows(kind: KindKey, files?: string, lines?: string, addedNames: string[] = []): string {
  const { columns, correctedBy, identity }: Kind = kinds[kind];
  const nothing = Object.entries(columns).map(([name, { type }]) => `NULL::${sqlType(type)} AS ${quoteName(name)}`);
  const ofFiles = files ? `SELECT * FROM ${files}` : `SELECT ${nothing.join(', ')} WHERE false`;
  if (!lines) return ofFiles;
  if (identity) return withSingle(ofFiles, quoteName(identity), lines, addedNames);
  if (!correctedBy) return `${ofFiles} UNION ALL BY NAME ${lines}`;
  const by = quoteName(correctedBy);
  const last = `SELECT * EXCLUDE (line) FROM (SELECT *, row_number() OVER () AS line FROM (${lines}))
    QUALIFY row_number() OVER (PARTITION BY ${by} ORDER BY line DESC) = 1`;
  const names = Object.keys(columns)
    .map(quoteName)
    .filter((name) => name !== by);
  // What a correction does not say, such as what a row is for, stays as it was.
  const replaced = `SELECT ${by}, ${names.map((name) => `any_value(${name}) AS ${name}`).join(', ')} FROM (${ofFiles}) GROUP BY ${by}`;
  const whole = names.map((name) => `coalesce(last.${name}, replaced.${name}) AS ${name}`).join(', ');
  const added = `SELECT last.${by}, ${whole} FROM (${last}) last LEFT JOIN (${replaced}) replaced ON replaced.${by} = last.${by}`;
  return `SELECT * FROM (${ofFiles}) WHERE ${by} NOT IN (SELECT ${by} FROM (${last})) UNION ALL BY NAME ${added}`;
}

function withSingle(ofFiles: string, by: string, lines: string, names: string[]): string {
  // The id's own column is no attribute, whatever somebody calls one.
  const attributes = names.filter((name) => foldName(quoteName(name)) !== by);
  const values = attributes.map((name) => `, row[${quoteText(foldName(name))}] AS ${quoteName(name)}`).join('');
  return `SELECT * FROM (${ofFiles}) WHERE ${by} NOT IN (SELECT id FROM (${lines}))
    UNION ALL BY NAME SELECT id AS ${by}${values} FROM (${lines}) WHERE NOT is_deletion`;
}
