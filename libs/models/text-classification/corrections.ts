import type { CorrectedModel } from '../family.js';
import { splitLabels } from '../kinds/kind.js';
import type { ClassificationReport } from '../tasks/classification/task.js';
import { sentimentOf } from './sentiment.js';
import type { LabelSettings } from './settings.js';

/** One row with two labels would make the next version one that gives several; one label of no sentiment would let its training fail. */
export async function refuseCorrection(
  row: Record<string, string>,
  { settings, report }: CorrectedModel,
): Promise<string | null> {
  const labels = splitLabels(row['label']!);
  const strange = (settings as LabelSettings).labels === 'sentiment' && labels.find((label) => !sentimentOf(label));
  if (strange) {
    return `This model learns a sentiment, and the label "${strange}" is none. Say positive, neutral or negative.`;
  }
  if (labels.length === 1) return null;
  const { severalLabels } = (await report()) as ClassificationReport;
  if (severalLabels) return null;
  return `This model gives each text one label, and ${labels.length} were said: ${labels.join(', ')}. Say the one that fits best, or upload texts with several labels and train again.`;
}
