import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { authMe, type Me, unwrap } from '../../api/client';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => unwrap(authMe()),
  staleTime: Infinity,
});

/** Somebody who acts in an organization. */
export type Member = Me & { organization: NonNullable<Me['organization']>; role: NonNullable<Me['role']> };

/** The signed-in person; only for pages below the route that has loaded it, which lets nobody in without an organization. */
export function useMe(): { me: Member; can: (permission: Me['permissions'][number]) => boolean } {
  const { data: me } = useSuspenseQuery(meQuery);
  return { me: me as Member, can: (permission) => me.permissions.includes(permission) };
}
