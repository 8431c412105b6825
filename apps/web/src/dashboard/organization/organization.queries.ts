import { queryOptions } from '@tanstack/react-query';
import { myOrganizationsList, organizationGet, unwrap } from '../../api/client';

export const organizationQuery = queryOptions({
  queryKey: ['organization'],
  queryFn: () => unwrap(organizationGet()),
});

/** Those that the person is a member of. */
export const organizationsQuery = queryOptions({
  queryKey: ['my-organizations'],
  queryFn: async () => (await unwrap(myOrganizationsList())).data,
});
