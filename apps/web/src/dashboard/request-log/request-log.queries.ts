import { infiniteQueryOptions } from '@tanstack/react-query';
import { buildUrl, type RequestLogExportData, requestLogList, type RequestLogListData, unwrap } from '../../api/client';

const FILTERS = [
  'from',
  'to',
  'projectId',
  'apiKeyId',
  'deploymentId',
  'status',
  'requestId',
  'errorCode',
] as const satisfies (keyof NonNullable<RequestLogListData['query']>)[];

/** Which calls to look for; an absent filter matches all. */
export type RequestLogFilter = { [name in (typeof FILTERS)[number]]?: string };

/** The filters of an address or a form: whatever is not empty. */
export function readFilter(values: Record<string, unknown>): RequestLogFilter {
  // A search parameter that looks like a number is read as one.
  const entries = FILTERS.map((name) => [name, String(values[name] ?? '').trim()]);
  return Object.fromEntries(entries.filter(([, value]) => value));
}

export const requestLogQuery = (filter: RequestLogFilter) =>
  infiniteQueryOptions({
    queryKey: ['request-log', filter],
    queryFn: ({ pageParam: cursor }) => unwrap(requestLogList({ query: { ...filter, cursor } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });

/** Where the browser downloads the same calls as CSV. */
export const csvUrl = (filter: RequestLogFilter): string =>
  buildUrl<RequestLogExportData>({ url: '/v1/request-log.csv', query: { ...filter } });
