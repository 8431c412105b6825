import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { singleSignOnGet, type SingleSignOn, unwrap } from '../../api/client';

export const singleSignOnQuery = queryOptions({
  queryKey: ['single-sign-on'],
  queryFn: () => unwrap(singleSignOnGet()),
});

/** Changes a part of it, and shows it anew. */
export function useSingleSignOnChange<T>(change: (value: T) => Promise<unknown>, onSuccess?: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: singleSignOnQuery.queryKey });
      onSuccess?.();
    },
  });
}

export type Connection = NonNullable<SingleSignOn['connection']>;
