export interface Piece {
  start: number;
  end: number;
  weight: number;
}

export interface Segment {
  text: string;
  /** How much it speaks for the first class, of what the heaviest segment does; -1 to 1, 0 where nothing was said of it. */
  weight: number;
}

/**
 * A text cut where the weight changes: pieces overlap (a word, its pairs and its letters), and each letter has the sum of
 * those that hold it.
 *
 * @param pieces with offsets in UTF-16 code units, as JavaScript counts
 */
export function highlight(text: string, pieces: readonly Piece[]): Segment[] {
  const cuts = new Set([0, text.length]);
  for (const { start, end } of pieces) for (const at of [start, end]) if (at > 0 && at < text.length) cuts.add(at);
  const bounds = [...cuts].sort((a, b) => a - b);
  const segments = bounds.slice(0, -1).map((start, place) => ({
    text: text.slice(start, bounds[place + 1]),
    weight: weightAt(start, pieces),
  }));
  const largest = Math.max(...segments.map(({ weight }) => Math.abs(weight)), Number.MIN_VALUE);
  return segments.map(({ text: part, weight }) => ({ text: part, weight: weight / largest }));
}

function weightAt(position: number, pieces: readonly Piece[]): number {
  return pieces
    .filter(({ start, end }) => start <= position && position < end)
    .reduce((sum, { weight }) => sum + weight, 0);
}
