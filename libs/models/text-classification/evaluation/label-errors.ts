import type { ClassificationReport } from '../../tasks/classification/task.js';
import { likeliest } from '../classifier.js';
import type { Fit } from '../fit.js';
import { countLabels, labelsOf } from '../labelled-texts.js';
import { Turns } from '../turns.js';
import { exampleOf } from './report.js';

const ERRORS_MAX = 50;

/**
 * Rows whose label is probably wrong, by confident learning (Northcutt et al. 2021): another label is as likely as it is, on the mean, for
 * rows that have it, while the row's own is less likely than that. Told of texts with one label.
 */
export async function findLabelErrors(
  { data, outOfFold }: Pick<Fit, 'data' | 'outOfFold'>,
  labels: readonly string[],
  signal?: AbortSignal,
): Promise<ClassificationReport['labelErrors']> {
  const { texts, targets } = data;
  const { classes } = targets;
  const usual = usualChances(outOfFold, targets);
  const suspects: { row: number; own: Uint32Array; suggested: number; score: number }[] = [];
  const turns = new Turns(signal);
  for (let row = 0; row < texts.length; row++) {
    await turns.before(classes);
    const [own, chances] = [labelsOf(targets, row), outOfFold.subarray(row * classes, (row + 1) * classes)];
    const suggested = likeliest(chances);
    const isSuspect =
      own.length === 1 &&
      own[0] !== suggested &&
      chances[suggested]! >= usual[suggested]! &&
      chances[own[0]!]! < usual[own[0]!]!;
    if (isSuspect) suspects.push({ row, own, suggested, score: chances[suggested]! });
  }
  return suspects
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, ERRORS_MAX)
    .map(({ row, own, suggested, score }) => ({
      text: exampleOf(texts[row]!),
      labels: Array.from(own, (label) => labels[label]!),
      suggested: [labels[suggested]!],
      score,
    }));
}

/** `[classes]`: how likely each label is, on the mean, for the texts that have it. */
function usualChances(chances: Float32Array, targets: Fit['data']['targets']): Float64Array {
  const { classes, offsets } = targets;
  const sums = new Float64Array(classes);
  for (let text = 0; text < offsets.length - 1; text++) {
    for (const label of labelsOf(targets, text)) sums[label]! += chances[text * classes + label]!;
  }
  const counts = countLabels(targets);
  return sums.map((sum, label) => (counts[label] === 0 ? 1 : sum / counts[label]!));
}
