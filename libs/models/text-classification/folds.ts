import { Random } from '../../compute/random/kernel.js';
import { labelsOf, type LabelledTexts } from './labelled-texts.js';

/**
 * `[texts]`: the fold of each, such that each has its share of every label and the same text is in one fold. Fold 0 has no text of a
 * label that but one text has, so that what is left without it knows every label; it has a text where any label has two.
 */
export function assignFolds({ texts, targets }: LabelledTexts, folds: number, seed: number): Uint8Array {
  const assigned = new Uint8Array(texts.length);
  const random = Random.seeded(seed);
  for (const groups of groupsByLabel(texts, (row) => labelsOf(targets, row)[0] ?? targets.classes)) {
    shuffle(groups, random);
    const start = groups.length > 1 ? Math.floor(random.uniform() * folds) : 1;
    groups.forEach((rows, place) => {
      for (const row of rows) assigned[row] = (start + place) % folds;
    });
  }
  fillFirst(assigned);
  return assigned;
}

/** Texts of labels with one text are in fold 1; any other fold may be the first. */
function fillFirst(assigned: Uint8Array): void {
  if (assigned.includes(0)) return;
  const other = assigned.find((fold) => fold > 1);
  assigned.forEach((fold, row) => {
    if (fold === other) assigned[row] = 0;
  });
}

/** The rows of each distinct text, by the first label of its first row. */
function groupsByLabel(texts: readonly string[], labelOf: (row: number) => number): number[][][] {
  const byText = new Map<string, number[]>();
  texts.forEach((text, row) => {
    const rows = byText.get(text);
    if (rows) rows.push(row);
    else byText.set(text, [row]);
  });
  const byLabel = new Map<number, number[][]>();
  for (const rows of byText.values()) {
    const label = labelOf(rows[0]!);
    const groups = byLabel.get(label);
    if (groups) groups.push(rows);
    else byLabel.set(label, [rows]);
  }
  return [...byLabel.values()];
}

function shuffle(values: unknown[], random: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [values[i], values[j]] = [values[j], values[i]];
  }
}

/** The places where `isWanted`. */
export function rowsWhere(count: number, isWanted: (row: number) => boolean): Uint32Array {
  return Uint32Array.from(Array.from({ length: count }, (_, row) => row).filter(isWanted));
}
