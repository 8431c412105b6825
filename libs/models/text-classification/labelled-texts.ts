/** Which labels each text has: row r holds positions `offsets[r]` to `offsets[r + 1]` of `indices`, ascending. */
export interface Targets {
  /** How many labels there are; those without a text count. */
  classes: number;
  /** `[texts + 1]` */
  offsets: Uint32Array;
  /** Indices of labels. */
  indices: Uint32Array;
}

/** Texts with what they are. */
export interface LabelledTexts {
  texts: readonly string[];
  targets: Targets;
}

/** The labels of one text, as a view. */
export function labelsOf({ offsets, indices }: Targets, text: number): Uint32Array {
  return indices.subarray(offsets[text], offsets[text + 1]);
}

export function targetsOf(labels: readonly ArrayLike<number>[], classes: number): Targets {
  const offsets = new Uint32Array(labels.length + 1);
  labels.forEach((own, text) => (offsets[text + 1] = offsets[text]! + own.length));
  const indices = new Uint32Array(offsets[labels.length]!);
  labels.forEach((own, text) => indices.set(own, offsets[text]));
  return { classes, offsets, indices };
}

export function selectTargets(targets: Targets, rows: ArrayLike<number>): Targets {
  return targetsOf(
    Array.from(rows, (row) => labelsOf(targets, row)),
    targets.classes,
  );
}

export function selectTexts({ texts, targets }: LabelledTexts, rows: ArrayLike<number>): LabelledTexts {
  return { texts: Array.from(rows, (row) => texts[row]!), targets: selectTargets(targets, rows) };
}

/** `[classes]`: the texts of each label. */
export function countLabels({ classes, indices }: Targets): Uint32Array {
  const counts = new Uint32Array(classes);
  for (const label of indices) counts[label]!++;
  return counts;
}

/** Whether a text may have several labels: any of these has. */
export function haveSeveralLabels({ offsets, indices }: Targets): boolean {
  return indices.length > offsets.length - 1;
}
