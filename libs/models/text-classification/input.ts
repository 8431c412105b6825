import { splitLabels } from '../kinds/kind.js';
import type { Sources } from '../training/sources.js';
import { targetsOf, type LabelledTexts } from './labelled-texts.js';

/** One data set in memory. */
export interface TextsInput extends LabelledTexts {
  /** By index; distinct, in the order of their code points. */
  labels: string[];
  /** `[texts]`, 1 for those to measure on; null where the data set does not say. */
  isTest: Uint8Array | null;
  /** Texts without a label. */
  unlabelled: string[];
}

/** Reads the job's texts in an order of their own, so that the same rows give the same model wherever they stood in the file. */
export async function readInput(sources: Sources): Promise<TextsInput> {
  const rows: Row[] = [];
  const unlabelled: string[] = [];
  const sql = `SELECT text, label, coalesce(split = 'test', false) FROM texts ORDER BY hash(text), text, label, split`;
  for await (const [texts, cells, tests] of sources.read(sql)) {
    texts!.forEach((text, i) => {
      const cell = cells![i];
      if (cell === null) unlabelled.push(text as string);
      else rows.push({ text: text as string, labels: splitLabels(cell as string), isTest: tests![i] as boolean });
    });
  }
  return { ...inputOf(rows), unlabelled };
}

/** A labelled row. */
export interface Row {
  text: string;
  labels: readonly string[];
  isTest?: boolean;
}

export function inputOf(rows: readonly Row[], unlabelled: string[] = []): TextsInput {
  const labels = [...new Set(rows.flatMap((row) => row.labels))].sort();
  const numbers = new Map(labels.map((label, i) => [label, i]));
  const ascending = (own: readonly string[]) => own.map((label) => numbers.get(label)!).sort((a, b) => a - b);
  return {
    texts: rows.map(({ text }) => text),
    targets: targetsOf(
      rows.map((row) => ascending(row.labels)),
      labels.length,
    ),
    labels,
    isTest: rows.some(({ isTest }) => isTest) ? Uint8Array.from(rows, ({ isTest }) => Number(isTest ?? false)) : null,
    unlabelled,
  };
}
