import type { Tokens } from './tokens.js';

/** The shortest and the longest n-gram. */
type Lengths = readonly [number, number];

/** Where features come from: n-grams of words, or of characters. */
export interface SourceSettings {
  kind: 'words' | 'characters';
  /** Of scripts with spaces between words, where characters stay within a word. */
  spaced: Lengths;
  /** Of scripts without. */
  unspaced: Lengths;
  /** How much it counts next to the other sources, > 0. */
  weight: number;
}

/** Hears the hash of a feature, and where in the normalised text it stands. */
export type Emit = (hash: number, start: number, end: number) => void;

const SPACE = 0x20;
/** What stands for a word before the first and after the last. */
const BOUNDARY = 1;
/** What hashes begin from, so that the word "a" is not the character "a". */
const SEEDS = { words: 0x9e3779b9, characters: 0x85ebca6b };

/** Names each n-gram of the source by a hash of 32 bits, in the order of the text. */
export function emitFeatures(tokens: Tokens, { kind, spaced, unspaced }: SourceSettings, emit: Emit): void {
  if (kind === 'words') emitWords(tokens, spaced, unspaced, emit);
  else emitCharacters(tokens, spaced, unspaced, emit);
}

/** N-grams of two words or more also tell where the text begins and ends. */
function emitWords({ text, words, spaced }: Tokens, ofSpaced: Lengths, ofUnspaced: Lengths, emit: Emit): void {
  if (words.length === 0) return;
  const hashes = [BOUNDARY, ...words.map(({ start, end }) => hashOf(text, start, end)), BOUNDARY];
  for (let first = 0; first <= words.length; first++) {
    const { start } = words[Math.max(first - 1, 0)];
    const [shortest, longest] = spaced[Math.max(first - 1, 0)] ? ofSpaced : ofUnspaced;
    let hash = SEEDS.words;
    for (let n = 1; n <= longest && first + n <= hashes.length; n++) {
      hash = mixIn(hash, hashes[first + n - 1]);
      const isBoundaryAlone = first + n === 1;
      if (n < shortest || isBoundaryAlone) continue;
      emit(finish(hash), start, words[Math.min(first + n - 2, words.length - 1)].end);
    }
  }
}

function hashOf(text: string, start: number, end: number): number {
  let hash = SEEDS.words;
  for (let at = start; at < end; at++) hash = mixIn(hash, text.charCodeAt(at));
  return hash;
}

function emitCharacters({ text, words, spaced, unspaced }: Tokens, ofSpaced: Lengths, ofUnspaced: Lengths, emit: Emit) {
  for (let i = 0; i < words.length; i++)
    if (spaced[i]) emitStretch(text, words[i].start, words[i].end, 1, ofSpaced, emit);
  for (const { start, end } of unspaced) emitStretch(text, start, end, 0, ofUnspaced, emit);
}

/** With `padding` a space is thought at either end, which tells a word's beginning and end from its middle. */
function emitStretch(text: string, from: number, to: number, padding: 0 | 1, lengths: Lengths, emit: Emit): void {
  const [shortest, longest] = lengths;
  for (let first = from - padding; first < to; first++) {
    let hash = SEEDS.characters;
    const last = Math.min(first + longest, to + padding);
    for (let at = first; at < last; at++) {
      const unit = at < from || at >= to ? SPACE : text.charCodeAt(at);
      // Characters beyond the first plane are two units, which stay together.
      if (at === first && isLowSurrogate(unit)) break;
      hash = mixIn(hash, unit);
      if (at - first + 1 < shortest || isHighSurrogate(unit)) continue;
      emit(finish(hash), Math.max(first, from), Math.min(at + 1, to));
    }
  }
}

const isHighSurrogate = (unit: number) => (unit & 0xfc00) === 0xd800;
const isLowSurrogate = (unit: number) => (unit & 0xfc00) === 0xdc00;

function mixIn(hash: number, unit: number): number {
  hash = Math.imul(hash ^ unit, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
