import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import {
  unwrap,
  unwrapPages,
  type WebhookDelivery,
  webhooksListDeliveries,
  webhooksListEndpoints,
} from '../../api/client';
import { listQuery } from '../../api/list-query';
import { type ListView, readListView } from '../../ui/list-view';

const SORTS = ['createdAt', 'url'] as const;
export const ENDPOINT_STATES = ['enabled', 'failing', 'disabled'] as const;

export type EndpointsView = ListView<(typeof SORTS)[number], (typeof ENDPOINT_STATES)[number]>;

export const readEndpointsView = (search: Record<string, unknown>): EndpointsView =>
  readListView(search, SORTS, ENDPOINT_STATES);

export const endpointListQuery = (view: EndpointsView) =>
  listQuery([...endpointsQuery.queryKey, 'list', view], (cursor) =>
    webhooksListEndpoints({ query: { ...view, cursor } }),
  );

const PENDING_POLL_MS = 2_000;

export const endpointsQuery = queryOptions({
  queryKey: ['webhook-endpoints'],
  queryFn: () => unwrapPages((cursor) => webhooksListEndpoints({ query: { limit: 100, cursor } })),
});

export const deliveriesQuery = (endpointId: string, status?: WebhookDelivery['status']) =>
  infiniteQueryOptions({
    queryKey: ['webhook-deliveries', endpointId, status],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(webhooksListDeliveries({ path: { endpointId }, query: { status, cursor } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // A first attempt takes place within moments: look again soon.
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ data }) => data.some(isUnderWay)) ? PENDING_POLL_MS : false,
  });

function isUnderWay({ status, nextAttemptAt }: WebhookDelivery): boolean {
  return status === 'pending' && nextAttemptAt !== null && Date.parse(nextAttemptAt) < Date.now() + PENDING_POLL_MS;
}
