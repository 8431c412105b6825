import type { Csr } from '../../compute/csr/kernel.js';

type Attributes = readonly (Record<string, string> | null)[];

const FEATURES_MAX = 50_000;
const TOKEN_LENGTH_MAX = 64;
/** Columns of numbers with more distinct ones than this are cut into ten parts of equal share. */
const DISTINCT_NUMBERS_MAX = 20;
const QUANTILES = 10;
const LIST_SEPARATOR = /\s*[,;|]\s*/;

/**
 * What a model learns of attributes: `[rows, features]`, a feature for each value that two rows or more share, each row's
 * weights summing to 1. A value such as "Drama, Comedy" counts as a list; numbers are cut into tenths. Null where nothing is
 * shared.
 */
export function featuresOf(attributes: Attributes): Csr | null {
  const cuts = numberCuts(attributes);
  const tokens = attributes.map((row) => (row ? tokensOf(row, cuts) : []));
  const counts = new Map<string, number>();
  for (const token of tokens.flat()) counts.set(token, (counts.get(token) ?? 0) + 1);
  const shared = [...counts].filter(([, count]) => count >= 2 && count < attributes.length);
  shared.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const columns = new Map(shared.slice(0, FEATURES_MAX).map(([token], column) => [token, column]));
  if (columns.size === 0) return null;
  const rows = tokens.map((row) => row.flatMap((token) => columns.get(token) ?? []).sort((a, b) => a - b));
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => (offsets[i + 1] = offsets[i] + row.length));
  const values = Float32Array.from(rows.flatMap((row) => row.map(() => 1 / row.length)));
  return { rows: rows.length, columns: columns.size, offsets, indices: Uint32Array.from(rows.flat()), values };
}

/** Distinct. */
function tokensOf(row: Record<string, string>, cuts: Map<string, number[]>): string[] {
  const tokens = Object.entries(row).flatMap(([name, value]) => {
    const cut = cuts.get(name);
    const parts = cut ? [String(cut.filter((bound) => Number(value) >= bound).length)] : value.split(LIST_SEPARATOR);
    return parts.filter(Boolean).map((part) => `${name}=${part.trim().toLowerCase().slice(0, TOKEN_LENGTH_MAX)}`);
  });
  return [...new Set(tokens)];
}

/** Of each column that holds numbers alone, many of them distinct: the bounds between tenths. */
function numberCuts(attributes: Attributes): Map<string, number[]> {
  const columns = new Map<string, string[]>();
  for (const row of attributes) {
    for (const [name, value] of Object.entries(row ?? {})) {
      const column = columns.get(name);
      if (column) column.push(value);
      else columns.set(name, [value]);
    }
  }
  const cuts = new Map<string, number[]>();
  for (const [name, texts] of columns) {
    const numbers = texts.map((text) => (text.trim() === '' ? NaN : Number(text)));
    if (!numbers.every(Number.isFinite) || new Set(numbers).size <= DISTINCT_NUMBERS_MAX) continue;
    numbers.sort((a, b) => a - b);
    cuts.set(
      name,
      Array.from({ length: QUANTILES - 1 }, (_, i) => numbers[Math.floor(((i + 1) * numbers.length) / QUANTILES)]),
    );
  }
  return cuts;
}
