import { queryOptions } from '@tanstack/react-query';
import { limitsOverview, unwrap } from '../../api/client';

export const limitsQuery = queryOptions({
  queryKey: ['limits'],
  queryFn: () => unwrap(limitsOverview()),
});
