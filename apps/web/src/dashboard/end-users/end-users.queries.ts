import { queryOptions } from '@tanstack/react-query';
import { endUsersList, unwrapPages } from '../../api/client';

const POLL_MS = 2_000;

/** Receipts, newest first; asked for again while one is not completed. */
export const erasuresQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['erasures', projectId],
    queryFn: () => unwrapPages((cursor) => endUsersList({ path: { projectId }, query: { limit: 100, cursor } })),
    refetchInterval: ({ state }) => state.data?.some(({ status }) => status === 'pending') && POLL_MS,
  });
