import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  type AuditLogExportCsvData,
  type AuditLogExportJsonLinesData,
  auditLogList,
  type AuditLogListData,
  auditLogVerify,
  buildUrl,
  unwrap,
} from '../../api/client';
import { isId, isTime } from '../../shell/search';

type Query = NonNullable<AuditLogListData['query']>;

export const ACTOR_KINDS = ['user', 'api_key', 'operator', 'system', 'scim_token'] as const;

/** Which events to look for; an absent filter matches all. */
export type AuditFilter = Pick<Query, 'action' | 'actorKind' | 'actorId' | 'targetId' | 'search' | 'from'>;

/** What the page's address holds: the filters, and the event that is open. */
export type AuditSearch = AuditFilter & { event?: string };

/** What the API takes; a part of an address that it would refuse is left out. */
const IS_VALID: Record<keyof AuditSearch, (value: string) => boolean> = {
  action: (value) => /^[a-z_]{1,40}\.[a-z_]{1,40}$/.test(value),
  actorKind: (value) => ACTOR_KINDS.some((kind) => kind === value),
  actorId: isId,
  targetId: isId,
  search: (value) => value.length <= 200,
  from: isTime,
  event: isId,
};

/** The search parameters of an address: whatever is neither empty nor wrong. */
export function readAuditSearch(values: Record<string, unknown>): AuditSearch {
  const names = Object.keys(IS_VALID) as (keyof AuditSearch)[];
  // A search parameter that looks like a number is read as one.
  const entries = names.map((name) => [name, String(values[name] ?? '').trim()] as const);
  return Object.fromEntries(entries.filter(([name, value]) => value && IS_VALID[name](value)));
}

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', 'list', filter],
    queryFn: ({ pageParam: cursor }) => unwrap(auditLogList({ query: { ...filter, cursor } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });

/** One event, which an address may name that is not on the first page. */
export const auditEventQuery = (id: string) =>
  queryOptions({
    queryKey: ['audit', 'event', id],
    queryFn: async () => (await unwrap(auditLogList({ query: { search: id } }))).data.find((event) => event.id === id),
  });

export const verificationQuery = queryOptions({
  queryKey: ['audit', 'verification'],
  queryFn: () => unwrap(auditLogVerify()),
});

/** Downloads know no search. */
const withoutSearch = (filter: AuditFilter) => ({ ...filter, search: undefined });

export const auditCsvUrl = (filter: AuditFilter): string =>
  buildUrl<AuditLogExportCsvData>({ url: '/v1/audit-events.csv', query: withoutSearch(filter) });

export const auditJsonLinesUrl = (filter: AuditFilter): string =>
  buildUrl<AuditLogExportJsonLinesData>({ url: '/v1/audit-events.jsonl', query: withoutSearch(filter) });
