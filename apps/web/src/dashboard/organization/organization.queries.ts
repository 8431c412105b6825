import { queryOptions } from '@tanstack/react-query';
import { organizationGet, unwrap } from '../../api/client';

export const organizationQuery = queryOptions({
  queryKey: ['organization'],
  queryFn: () => unwrap(organizationGet()),
});
