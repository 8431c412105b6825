import type { Kind } from '../../models/families.queries';

/** Name of each of the kind's columns to the index of its header in a file. */
export type FoundColumns = Record<string, number>;

/** Which header holds which column: by its known spellings, or else by what it is likely to be called, in any case and punctuation. */
export function guessColumns(headers: string[], { columns }: Pick<Kind, 'columns'>): FoundColumns {
  const found: FoundColumns = {};
  const isFree = (index: number) => index >= 0 && !Object.values(found).includes(index);
  const plainHeaders = headers.map(plain);
  for (const { name, spellings } of columns) {
    const index = spellings.map((spelling) => headers.indexOf(spelling)).find(isFree);
    if (index !== undefined) found[name] = index;
  }
  for (const { name, spellings, guesses } of columns) {
    if (found[name] !== undefined) continue;
    const names = [...spellings, ...guesses];
    const index = names.map((guess) => plainHeaders.indexOf(plain(guess))).find(isFree);
    if (index !== undefined) found[name] = index;
  }
  return found;
}

/** As it was said of the file before, where this one has such a header too; else as it is guessed. */
export function keepColumns(
  headers: string[],
  kind: Pick<Kind, 'columns'>,
  kept: Record<string, string>,
): FoundColumns {
  const found = guessColumns(headers, kind);
  for (const [name, header] of Object.entries(kept)) {
    const index = headers.indexOf(header);
    if (header === '') delete found[name];
    if (index < 0) continue;
    for (const [other, place] of Object.entries(found)) if (place === index) delete found[other];
    found[name] = index;
  }
  return found;
}

/** The kind whose columns a file has: of those that lack none that they need, the one with the most. The first where none fits. */
export function guessKind(headers: string[], kinds: Kind[]): Kind | undefined {
  const fits = kinds.map((kind) => {
    const found = guessColumns(headers, kind);
    const isMissing = kind.columns.some(({ name, required }) => required && found[name] === undefined);
    return { kind, count: isMissing ? 0 : Object.keys(found).length };
  });
  return fits.sort((a, b) => b.count - a.count)[0]?.kind;
}

/** As the API takes it: the header of each column; empty where the kind would find one that is not to be read. */
export function toMapping(headers: string[], found: FoundColumns, { columns }: Pick<Kind, 'columns'>) {
  return Object.fromEntries(
    columns.flatMap(({ name, spellings }): [string, string][] => {
      const index = found[name];
      if (index !== undefined) return [[name, headers[index]!]];
      return spellings.some((spelling) => headers.includes(spelling)) ? [[name, '']] : [];
    }),
  );
}

const plain = (header: string) => header.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
