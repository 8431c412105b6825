import type { Recommendations } from '../../api/client';
import type { OperationScreen } from '../task';
import { RecommendFields, type RecommendRequest } from './recommend-fields';
import { RecommendedItems } from './recommended-items';

const EXAMPLE_USER = 'user-1';

const recommendations: OperationScreen<RecommendRequest, Recommendations> = {
  initial: { userId: '', limit: 10, excludeSeen: true, personalized: true },
  toExample: (request) => ({ ...request, userId: request.userId || EXAMPLE_USER }),
  Fields: RecommendFields,
  Answer: RecommendedItems,
  texts: {
    submit: 'tasks.recommendation.submit',
    emptyTitle: 'tasks.recommendation.emptyTitle',
    emptyText: 'tasks.recommendation.emptyText',
  },
};

export const recommendation = { operations: { recommendations } };
