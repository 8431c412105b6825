import { queryOptions } from '@tanstack/react-query';
import { organizationsGet, organizationsList, unwrap } from '../../api/client';
import { listQuery } from '../../api/list-query';
import { type ListView, readListView } from '../../ui/list-view';

const SORTS = ['createdAt', 'upcomingTotal', 'requests'] as const;

export type OrganizationsView = ListView<(typeof SORTS)[number], never>;

export const readOrganizationsView = (search: Record<string, unknown>): OrganizationsView =>
  readListView(search, SORTS);

export const organizationsQuery = (view: OrganizationsView) =>
  listQuery(['admin', 'organizations', view], (cursor) => organizationsList({ query: { ...view, cursor } }));

export const accountQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ['admin', 'organization', organizationId],
    queryFn: () => unwrap(organizationsGet({ path: { organizationId } })),
  });
