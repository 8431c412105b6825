import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { scimTokensList, unwrap } from '../../api/client';

export const scimQuery = queryOptions({
  queryKey: ['scim'],
  queryFn: () => unwrap(scimTokensList()),
});

/** Makes or revokes a token, and shows them anew. */
export function useScimChange<T, R>(change: (value: T) => Promise<R>, onSuccess?: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: scimQuery.queryKey });
      onSuccess?.();
    },
  });
}
