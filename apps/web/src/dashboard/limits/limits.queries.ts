import { queryOptions } from '@tanstack/react-query';
import { limitsOverview, limitsUse, type LimitsUseData, unwrap } from '../../api/client';

export const limitsQuery = queryOptions({
  queryKey: ['limits'],
  queryFn: () => unwrap(limitsOverview()),
});

/** What such a limit would count in the running billing period. */
export const limitUseQuery = (query: LimitsUseData['query']) =>
  queryOptions({
    queryKey: ['limits', 'use', query],
    queryFn: async () => (await unwrap(limitsUse({ query }))).used,
  });
