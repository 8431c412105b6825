import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  buildUrl,
  requestLogFind,
  requestLogHistogram,
  requestLogList,
  type RequestLogExportData,
  type RequestLogListData,
  unwrap,
} from '../../api/client';

const FILTERS = [
  'from',
  'to',
  'projectId',
  'apiKeyId',
  'deploymentId',
  'status',
  'route',
  'path',
  'requestId',
  'errorCode',
] as const satisfies (keyof NonNullable<RequestLogListData['query']>)[];

/** Which calls to look for; an absent filter matches all. */
export type RequestLogFilter = { [name in (typeof FILTERS)[number]]?: string };

/** What the page's address holds: the filters, and the call that is open. */
export type RequestLogSearch = RequestLogFilter & { call?: string };

const LIVE_MS = 2_000;

/** The search parameters of an address: whatever is not empty. */
export function readSearch(values: Record<string, unknown>): RequestLogSearch {
  // A search parameter that looks like a number is read as one.
  const entries = [...FILTERS, 'call'].map((name) => [name, String(values[name] ?? '').trim()]);
  return Object.fromEntries(entries.filter(([, value]) => value));
}

/** Asks again and again while the page is visible; then only the newest page of calls. */
export const requestLogQuery = (filter: RequestLogFilter, isLive: boolean) =>
  infiniteQueryOptions({
    queryKey: ['request-log', 'list', filter, isLive],
    queryFn: ({ pageParam: cursor }) => unwrap(requestLogList({ query: { ...filter, cursor } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => (isLive ? undefined : (nextCursor ?? undefined)),
    refetchInterval: isLive && LIVE_MS,
    placeholderData: keepPreviousData,
  });

export const histogramQuery = (filter: RequestLogFilter, isLive: boolean) =>
  queryOptions({
    queryKey: ['request-log', 'histogram', filter],
    queryFn: () => unwrap(requestLogHistogram({ query: filter })),
    refetchInterval: isLive && LIVE_MS,
    placeholderData: keepPreviousData,
  });

export const requestLogEntryQuery = (entryId: string) =>
  queryOptions({
    queryKey: ['request-log', 'entry', entryId],
    queryFn: () => unwrap(requestLogFind({ path: { entryId } })),
  });

/** Where the browser downloads the same calls as CSV. */
export const csvUrl = (filter: RequestLogFilter): string =>
  buildUrl<RequestLogExportData>({ url: '/v1/request-log.csv', query: { ...filter } });
