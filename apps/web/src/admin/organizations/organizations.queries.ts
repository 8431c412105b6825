import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type OrganizationsListData, organizationsGet, organizationsList, unwrap } from '../../api/client';

type Query = NonNullable<OrganizationsListData['query']>;

const SORTS = ['createdAt', 'upcomingTotal', 'requests'] as const satisfies Query['sort'][];

/** What the list is searched for and ordered by; kept in the address. */
export type OrganizationsView = Pick<Query, 'search' | 'sort' | 'order'>;

export function readOrganizationsView({ search, sort, order }: Record<string, unknown>): OrganizationsView {
  const knownSort = SORTS.find((each) => each === sort);
  // What is searched for may look like a number.
  const text = typeof search === 'number' ? String(search) : search;
  return {
    ...(typeof text === 'string' && text.trim() && { search: text.trim() }),
    ...(knownSort && { sort: knownSort }),
    ...(order === 'asc' && { order }),
  };
}

export const organizationsQuery = (view: OrganizationsView) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'organizations', view],
    queryFn: ({ pageParam: cursor }) => unwrap(organizationsList({ query: { ...view, cursor } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // A search keeps its rows until the next ones are there.
    placeholderData: (previous) => previous,
  });

export const accountQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ['admin', 'organization', organizationId],
    queryFn: () => unwrap(organizationsGet({ path: { organizationId } })),
  });
