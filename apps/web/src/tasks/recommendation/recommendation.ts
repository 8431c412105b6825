import type { Recommendations } from '../../api/client';
import { modelQuery } from '../../dashboard/models/models.queries';
import type { OperationScreen, TaskScreens } from '../task';
import { RecommendationExamples } from './examples';
import { RecommendationFigures } from './figures';
import { RecommendFields, type RecommendRequest } from './recommend-fields';
import { RecommendedItems } from './recommended-items';
import { films } from './sample';
import { UserHistory } from './user-history';
import { knownUsersQuery } from './users.queries';

const INITIAL: RecommendRequest = { userId: '', limit: 10, excludeSeen: true, personalized: true };
/** Where nobody is known, or may be shown. */
const EXAMPLE_USER = 'YOUR_USER_ID';

const recommendations: OperationScreen<RecommendRequest, Recommendations> = {
  initial: INITIAL,
  async findInitial({ projectId, modelId }, queries) {
    const { sources } = await queries.ensureQueryData(modelQuery(projectId, modelId));
    // Who did much is known to every model that has learnt from the data.
    const { data } = await queries.ensureQueryData(knownUsersQuery(projectId, sources['interactions'], 'busiest'));
    return { ...INITIAL, userId: data[0]?.userId ?? '' };
  },
  toExample: (request) => ({ ...request, userId: request.userId || EXAMPLE_USER }),
  Fields: RecommendFields,
  Beside: UserHistory,
  Answer: RecommendedItems,
  texts: {
    submit: 'tasks.recommendation.submit',
    emptyTitle: 'tasks.recommendation.emptyTitle',
    emptyText: 'tasks.recommendation.emptyText',
  },
};

export const recommendation = {
  operations: { recommendations },
  sample: films,
  Figures: RecommendationFigures,
  Examples: RecommendationExamples,
  fallbacks: {
    unknown_user: 'tasks.recommendation.fallbackShort.unknown_user',
    nothing_learnt: 'tasks.recommendation.fallbackShort.nothing_learnt',
  },
} satisfies TaskScreens;
