import type { Kind } from '../../models/kinds/kind.js';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { ContentError } from './content-error.js';
import type { ColumnMapping } from './data-sets.schema.js';
import type { FoundColumns } from './row-checks.js';

/** By what it was found that a header holds a column. */
export type FoundBy = 'mapping' | 'kept' | 'spelling' | 'guess';

/** What was said of a file's columns: with it, and with the file before, which holds where this one has such a header. */
interface Said {
  mapping: ColumnMapping;
  keptMapping: ColumnMapping;
}

/**
 * The index of each of the kind's columns in a file.
 *
 * @throws ContentError where a column is not there that is required or was said to be
 */
export function findColumns(names: string[], kind: Kind, said: Said): FoundColumns {
  const columns: FoundColumns = new Map();
  for (const column of Object.keys(kind.columns)) {
    const found = findColumn(names, kind, column, said);
    if (found) columns.set(column, found.index);
    else if (said.mapping[column] || kind.columns[column]!.isRequired) throw noColumn(names, kind, column, said);
  }
  return columns;
}

function noColumn(names: string[], { columns }: Kind, column: string, { mapping }: Said): ContentError {
  return new ContentError(
    `There is no column ${mapping[column] || columns[column]!.spellings[0]}. The file has: ${names.join(', ')}. ` +
      `Rename one, or say which it is with the query parameter ${column}=HEADER.`,
  );
}

function findColumn(
  names: string[],
  { columns }: Kind,
  column: string,
  { mapping, keptMapping }: Said,
): { index: number; by: FoundBy } | null {
  const [mapped, kept] = [mapping[column], keptMapping[column]];
  if (mapped === '' || (mapped === undefined && kept === '')) return null;
  const at = (name: string | undefined, by: FoundBy) => {
    const index = name === undefined ? -1 : names.indexOf(name);
    return index < 0 ? null : { index, by };
  };
  if (mapped) return at(mapped, 'mapping');
  const spelled = columns[column]!.spellings.find((name) => names.includes(name));
  return at(kept, 'kept') ?? at(spelled, 'spelling');
}

/** What a preview proposes: the columns that are found, by what, and why an import would not find all that it needs. */
export interface ProposedColumns {
  found: Map<string, { index: number; by: FoundBy }>;
  /** Required columns that no header seems to hold. */
  missing: string[];
  problem: string | null;
}

/** As {@link findColumns}; what that does not find is guessed by headers in any case and punctuation, each for one column. */
export function proposeColumns(names: string[], kind: Kind, said: Said): ProposedColumns {
  const taken: ProposedColumns['found'] = new Map();
  const wanted = Object.entries(kind.columns);
  for (const [column] of wanted) {
    const place = findColumn(names, kind, column, said);
    if (place) taken.set(column, place);
  }
  const plainNames = names.map(plain);
  const isFree = (index: number) => index >= 0 && ![...taken.values()].some((other) => other.index === index);
  for (const [column, { spellings, guesses = [] }] of wanted) {
    if (taken.has(column) || said.mapping[column] !== undefined || said.keptMapping[column] === '') continue;
    const index = [...spellings, ...guesses].map((guess) => plainNames.indexOf(plain(guess))).find(isFree);
    if (index !== undefined) taken.set(column, { index, by: 'guess' });
  }
  // In the kind's order, which is that of what is asked of a row.
  const found = new Map(wanted.flatMap(([column]) => (taken.has(column) ? [[column, taken.get(column)!]] : [])));
  const missing = wanted
    .filter(([column, { isRequired }]) => isRequired && !found.has(column))
    .map(([column]) => column);
  const untrue = wanted.map(([column]) => column).find((column) => said.mapping[column] && !found.has(column));
  const first = untrue ?? missing[0];
  return { found, missing, problem: first === undefined ? null : noColumn(names, kind, first, said).message };
}

/** The kind whose columns a file has: of those that lack none that they need, the one with the most; interactions where none fits. */
export function guessKind(names: string[]): KindKey {
  const none = { mapping: {}, keptMapping: {} };
  const fits = (Object.keys(kinds) as KindKey[]).map((key) => {
    const { found, missing } = proposeColumns(names, kinds[key], none);
    return { key, count: missing.length > 0 ? 0 : found.size };
  });
  return fits.sort((a, b) => b.count - a.count)[0]!.key;
}

/** As an upload takes it: the header of each column that was found; empty where the kind would find one that is not to be read. */
export function toMapping(names: string[], kind: Kind, { found }: ProposedColumns): Record<string, string> {
  return Object.fromEntries(
    Object.entries(kind.columns).flatMap(([column, { spellings }]): [string, string][] => {
      const place = found.get(column);
      if (place) return [[column, names[place.index]!]];
      return spellings.some((spelling) => names.includes(spelling)) ? [[column, '']] : [];
    }),
  );
}

const plain = (header: string) => header.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
