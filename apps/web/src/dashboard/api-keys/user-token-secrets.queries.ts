import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { unwrap, userTokenSecretsList } from '../../api/client';

export const userTokenSecretsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['user-token-secrets', projectId],
    queryFn: () => unwrap(userTokenSecretsList({ path: { projectId } })),
  });

/** What changes the secrets of the project, which are then asked for anew. */
export function useUserTokenSecretsChange<T>(projectId: string, change: () => Promise<T>, onDone?: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: userTokenSecretsQuery(projectId).queryKey });
      onDone?.();
    },
  });
}
