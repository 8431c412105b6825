import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import type { Me } from '../../api/client';
import { meQuery } from './auth.queries';

/** Signs in by whatever `signIn` asks of the API, forgets what an earlier person saw, and goes on to `returnTo`. */
export function useSignIn(signIn: (values: FormData) => Promise<Me>, returnTo = '/') {
  const router = useRouter();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: signIn,
    onSuccess: (me) => {
      queryClient.clear();
      queryClient.setQueryData(meQuery.queryKey, me);
      router.history.push(returnTo);
    },
  });
}
