import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import type { Me } from '../../api/client';
import { meQuery } from './auth.queries';

/** Signs in by whatever `signIn` asks of the API, forgets what an earlier person saw, and goes on to `returnTo`. */
export function useSignIn<V = FormData>(
  signIn: (values: V) => Promise<{ me: Me; returnTo: string }>,
  onError?: (error: Error) => void,
) {
  const router = useRouter();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: signIn,
    ...(onError && { onError }),
    onSuccess: ({ me, returnTo }) => {
      queryClient.clear();
      queryClient.setQueryData(meQuery.queryKey, me);
      router.history.push(returnTo);
    },
  });
}
