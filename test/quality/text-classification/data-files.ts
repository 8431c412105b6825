import { Random } from '../../../libs/compute/random/kernel.js';
import { linesOf } from '../shared-files.js';

/** A text with its label. */
export interface Labelled {
  text: string;
  label: string;
}

/** Texts to learn from and to measure on, and such as have none of the labels. */
export interface TextSplit {
  train: Labelled[];
  test: Labelled[];
  outOfScope?: string[];
}

/** The official split of Banking77. */
export function banking77(): TextSplit {
  return { train: readCsv('banking77/train.csv.gz'), test: readCsv('banking77/test.csv.gz') };
}

/** So many rows of each label, the first of the file or drawn by the seed, and the whole test side. */
export function banking77FewShot(perLabel: number, seed?: number): TextSplit {
  const { train, test } = banking77();
  const taken = new Map<string, number>();
  const few = (seed === undefined ? train : shuffled(train, seed)).filter(({ label }) => {
    const count = taken.get(label) ?? 0;
    taken.set(label, count + 1);
    return count < perLabel;
  });
  return { train: few, test };
}

/** Learnt from train and validation; the texts out of scope are those of the test side. */
export function clinc150(): TextSplit {
  const data = JSON.parse(linesOf('clinc150/data_full.json.gz').join('\n')) as Record<string, [string, string][]>;
  const read = (part: string) => data[part]!.map(([text, label]) => ({ text, label }));
  return {
    train: [...read('train'), ...read('val')],
    test: read('test'),
    outOfScope: data['oos_test']!.map(([text]) => text),
  };
}

export function waimai(): TextSplit {
  const [, ...lines] = linesOf('waimai/waimai_10k.csv.gz');
  return splitByHash(
    lines.map((line) => {
      const comma = line.indexOf(',');
      return { label: line.slice(0, comma), text: line.slice(comma + 1).trim() };
    }),
  );
}

/** A message that occurs again is dropped before the split. */
export function smsSpam(): TextSplit {
  const rows = linesOf('sms-spam/sms.tsv.gz').map((line) => {
    const [label = '', text = ''] = line.split('\t');
    return { label, text };
  });
  const seen = new Set<string>();
  return splitByHash(rows.filter(({ text }) => !seen.has(text) && seen.add(text)));
}

/** Kinds of questions; the file is in latin-1 here and there, which is one character for another on both sides alike. */
export function trec(): TextSplit {
  const read = (file: string) =>
    linesOf(file).map((line) => {
      const space = line.indexOf(' ');
      return { label: line.slice(0, space).split(':')[0]!, text: line.slice(space + 1) };
    });
  return { train: read('trec/TREC.train.all.gz'), test: read('trec/TREC.test.all.gz') };
}

/** Row i is held out when its hash, Math.imul(i, 2654435761) / 2³², is below 0.2. */
function splitByHash(rows: Labelled[]): TextSplit {
  const isTest = (row: number) => (Math.imul(row, 2654435761) >>> 0) / 2 ** 32 < 0.2;
  return { train: rows.filter((_, i) => !isTest(i)), test: rows.filter((_, i) => isTest(i)) };
}

/** Rows `text,label` under a header; texts may be quoted, and go over several lines. */
function readCsv(file: string): Labelled[] {
  const fields: string[][] = [[]];
  for (const [, quoted, plain, end] of linesOf(file)
    .join('\n')
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    fields.at(-1)!.push((quoted?.replaceAll('""', '"') ?? plain ?? '').trim());
    if (end === '') break;
    if (end === '\n') fields.push([]);
  }
  return fields.slice(1).map(([text = '', label = '']) => ({ text, label }));
}

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = Random.seeded(seed);
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
