import { classificationUses } from './classification/monthly-uses';
import type { Month, Use } from './month';
import { recommendationUses } from './recommendation/monthly-uses';

/** By task. A new one is a folder and a line here. */
export const monthlyUses: Record<'recommendation' | 'classification', (month: Month) => Use[]> = {
  recommendation: recommendationUses,
  classification: classificationUses,
};
