import { readFileSync } from 'node:fs';
import { Jieba } from '@node-rs/jieba';

/** A stretch of a normalised text. */
export interface Token {
  /** In UTF-16 code units */
  start: number;
  /** Exclusive */
  end: number;
}

/** A normalised text, cut. */
export interface Tokens {
  text: string;
  /** Words of scripts with spaces between them, words that a dictionary finds in Chinese, and single symbols such as emoji. */
  words: Token[];
  /** Whether each word is of a script with spaces; false for symbols. */
  spaced: boolean[];
  /** Stretches of scripts that put no spaces between words, with the digits and signs among them. */
  unspaced: Token[];
}

const UNSPACED = String.raw`\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}`;
/** A word, or a stretch without spaces, or one symbol that is neither a space nor the invisible rest of an emoji. */
const TOKEN = new RegExp(
  String.raw`([[\p{L}\p{M}\p{N}]--[${UNSPACED}]]+)|([${UNSPACED}][${UNSPACED}\p{P}\p{S}\p{N}]*)|[^\s\p{C}]`,
  'gv',
);
const HAN = /\p{sc=Han}/u;

/** Cuts a normalised text into words. */
export function cut(text: string): Tokens {
  const tokens: Tokens = { text, words: [], spaced: [], unspaced: [] };
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const [, word, unspaced] = match;
    const token = { start: match.index, end: TOKEN.lastIndex };
    if (unspaced === undefined) {
      tokens.words.push(token);
      tokens.spaced.push(word !== undefined);
    } else {
      tokens.unspaced.push(token);
      if (HAN.test(unspaced)) cutByDictionary(unspaced, token.start, tokens);
    }
  }
  return tokens;
}

function cutByDictionary(stretch: string, start: number, { words, spaced }: Tokens): void {
  for (const word of dictionary().cut(stretch, true)) {
    words.push({ start, end: start + word.length });
    spaced.push(false);
    start += word.length;
  }
}

let jieba: Jieba | undefined;

/** Loaded when the first Chinese text comes: it takes a moment and some 60 MB. */
function dictionary(): Jieba {
  return (jieba ??= Jieba.withDict(readFileSync(new URL(import.meta.resolve('@node-rs/jieba/dict.txt')))));
}
