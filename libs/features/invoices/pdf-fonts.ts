import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { create as openFont, type Font } from 'fontkit';
import { toSfnt } from './sfnt.js';

/** Part of a typeface: a file for each weight. */
export interface Subset {
  typeface: string;
  subset: string;
}

/** Letters of Western Europe, the commoner Chinese characters of both scripts, and kana, in one file. */
const COMMON: Subset = { typeface: 'noto-sans-sc', subset: 'chinese-simplified' };

/** Where rarer letters are looked for, in this order: Central European, Greek and Cyrillic ones in the first. */
const RARER = ['noto-sans', 'noto-sans-sc'];

const { resolve } = createRequire(import.meta.url);
const folderOf = (typeface: string) => dirname(resolve(`@fontsource/${typeface}/package.json`));

/** Each is read once. */
const files = new Map<string, Buffer>();

export function fontFile({ typeface, subset }: Subset, weight: 400 | 700): Buffer {
  const name = `${typeface}-${subset}-${weight}-normal.woff`;
  const known = files.get(name) ?? toSfnt(readFileSync(join(folderOf(typeface), 'files', name)));
  files.set(name, known);
  return known;
}

/** A text in parts, each with the file that has its letters. */
export function partsOf(text: string): { text: string; subset: Subset }[] {
  common ??= new Set((openFont(fontFile(COMMON, 400)) as Font).characterSet);
  const parts: { text: string; subset: Subset }[] = [];
  for (const letter of text) {
    const codePoint = letter.codePointAt(0)!;
    const subset = common.has(codePoint) ? COMMON : (rarerWith(codePoint) ?? COMMON);
    const last = parts.at(-1);
    if (last?.subset === subset) last.text += letter;
    else parts.push({ text: letter, subset });
  }
  return parts;
}

let common: Set<number> | undefined;
let rarer: (Subset & { ranges: [number, number][] })[] | undefined;

function rarerWith(codePoint: number): Subset | undefined {
  rarer ??= RARER.flatMap(readSubsets);
  return rarer.find(({ ranges }) => ranges.some(([from, to]) => codePoint >= from && codePoint <= to));
}

/** What is in which file, by ranges such as `U+4e00-4e0f,U+4e11`. */
function readSubsets(typeface: string) {
  const ranges: Record<string, string> = JSON.parse(readFileSync(join(folderOf(typeface), 'unicode.json'), 'utf8'));
  return Object.entries(ranges).map(([subset, of]) => ({
    typeface,
    subset: subset.replaceAll(/[[\]]/g, ''),
    ranges: of.split(',').map((range): [number, number] => {
      const [from, to] = range.replace(/^U\+/i, '').split('-');
      return [Number.parseInt(from!, 16), Number.parseInt(to ?? from!, 16)];
    }),
  }));
}
