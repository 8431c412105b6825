import { queryOptions } from '@tanstack/react-query';
import { unwrapPages, type UrlSource, urlSourcesList } from '../../../api/client';

const POLL_MS = 2_000;

export const urlSourcesQuery = (projectId: string, dataSetId: string) =>
  queryOptions({
    queryKey: ['url-sources', projectId, dataSetId],
    queryFn: () =>
      unwrapPages((cursor) => urlSourcesList({ path: { projectId, dataSetId }, query: { limit: 100, cursor } })),
    refetchInterval: ({ state }) => state.data?.some(isDue) && POLL_MS,
  });

/** Fetched now, or as soon as a worker is free. */
export function isDue({ isRunning, nextRunAt }: UrlSource): boolean {
  return isRunning || (nextRunAt !== null && Date.parse(nextRunAt) <= Date.now());
}
