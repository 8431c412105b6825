import { setImmediate } from 'node:timers/promises';
import type { KindKey } from '../kinds/kinds.js';
import { makeInteractions } from './interactions.js';
import { makeTexts } from './texts.js';
import { makeItems, makeUsers } from './things.js';
import type { SyntheticChoice } from './world.js';

const MAKERS: Record<KindKey, (choice: SyntheticChoice) => Generator<string>> = {
  interactions: makeInteractions,
  items: makeItems,
  users: makeUsers,
  'labelled-texts': makeTexts,
};

const LINES_AT_ONCE = 500;

/** A file of CSV of rows of a kind that are made up, in pieces; others have the thread between them. */
export async function* makeSynthetic(kind: KindKey, choice: SyntheticChoice): AsyncGenerator<Buffer> {
  let lines: string[] = [];
  for (const line of MAKERS[kind](choice)) {
    lines.push(line);
    if (line !== '' && lines.length < LINES_AT_ONCE) continue;
    await setImmediate();
    const piece = lines.join('');
    if (piece) yield Buffer.from(piece);
    lines = [];
  }
  yield Buffer.from(lines.join(''));
}
