import { DAYS, type Month, trainingUse, type Use } from '../month';

/** What a month of recommendations is metered and limited by. */
export function recommendationUses(month: Month): Use[] {
  const { asked, rows, trainings } = month;
  return [
    { resource: 'recommendation_requests', quantity: asked },
    { resource: 'interactions_ingested', quantity: rows * Math.max(1, trainings) },
    { resource: 'interactions_held', quantity: rows },
    { resource: 'stored_interactions', quantity: rows * DAYS },
    trainingUse(month),
  ];
}
