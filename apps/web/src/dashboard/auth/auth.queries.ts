import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { authMe, type Me, unwrap } from '../../api/client';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => unwrap(authMe()),
  staleTime: Infinity,
});

/** The signed-in person; only for pages below the route that has loaded it. */
export function useMe(): { me: Me; can: (permission: Me['permissions'][number]) => boolean } {
  const { data: me } = useSuspenseQuery(meQuery);
  return { me, can: (permission) => me.permissions.includes(permission) };
}
