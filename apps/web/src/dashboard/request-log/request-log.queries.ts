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
import { isId, isTime } from '../../shell/search';

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

const atMost = (characters: number) => (value: string) => value.length <= characters;

/** What the API takes; a part of an address that it would refuse is left out. */
const IS_VALID: Record<keyof RequestLogSearch, (value: string) => boolean> = {
  from: isTime,
  to: isTime,
  projectId: isId,
  apiKeyId: isId,
  deploymentId: isId,
  status: (value) => /^[1-5](xx|\d\d)$/.test(value),
  route: atMost(200),
  path: atMost(512),
  requestId: atMost(64),
  errorCode: atMost(100),
  call: isId,
};

/** The filter's `apiKeyId` of tries from the dashboard. */
export const NO_KEY = '00000000-0000-0000-0000-000000000000';

const LIVE_MS = 2_000;

/** The search parameters of an address: whatever is neither empty nor wrong. */
export function readSearch(values: Record<string, unknown>): RequestLogSearch {
  // A search parameter that looks like a number is read as one.
  const entries = ([...FILTERS, 'call'] as const).map((name) => [name, String(values[name] ?? '').trim()] as const);
  return Object.fromEntries(entries.filter(([name, value]) => value && IS_VALID[name](value)));
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
