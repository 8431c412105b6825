import { queryOptions } from '@tanstack/react-query';
import { healthShowStatus, unwrap } from '../api/client';

const REFRESH_MS = 15_000;

/** Asked again while the page is open; one that fails says that the API does not answer. */
export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: () => unwrap(healthShowStatus()),
  refetchInterval: REFRESH_MS,
  retry: false,
});
