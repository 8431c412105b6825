import { DAYS, type Month, trainingUse, type Use } from '../month';

/** What a month of classified texts is metered and limited by. */
export function classificationUses(month: Month): Use[] {
  const { asked, rows, trainings } = month;
  return [
    { resource: 'classified_texts', quantity: asked },
    { resource: 'texts_ingested', quantity: rows * Math.max(1, trainings) },
    { resource: 'texts_held', quantity: rows },
    { resource: 'stored_texts', quantity: rows * DAYS },
    trainingUse(month),
  ];
}
