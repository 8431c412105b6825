import { hashKey, infiniteQueryOptions, type QueryKey } from '@tanstack/react-query';
import { unwrap } from './client';

const POLL_MS = 2_000;

/**
 * A list, page by page.
 *
 * @param key ends with the view: while another view of the same list is fetched, the rows of before stay
 * @param isMoving whether a row is about to change by itself, so that the list is looked at again
 */
export const listQuery = <Page extends { data: unknown[]; nextCursor: string | null }>(
  key: QueryKey,
  fetchPage: (cursor: string | undefined) => Promise<{ data: Page | undefined }>,
  isMoving: (row: Page['data'][number]) => boolean = () => false,
) =>
  infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam }) => unwrap(fetchPage(pageParam)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state }) => state.data?.pages.some(({ data }) => data.some(isMoving)) === true && POLL_MS,
    placeholderData: (previous, query) =>
      query && hashKey(query.queryKey.slice(0, -1)) === hashKey(key.slice(0, -1)) ? previous : undefined,
  });

/** What to ask again once one of these things is gone: all but what was asked about itself. */
export const othersThan = (queryKey: QueryKey, id: string) => ({
  queryKey,
  predicate: (query: { queryKey: QueryKey }) => !query.queryKey.includes(id),
});
