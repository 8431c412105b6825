import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Deployment } from '../../api/client';
import type { OperationScreen, Request } from '../../tasks/task';

/** What an operation is asked at first; of something of the customer's own as soon as that is found, and may be seen. */
export function useInitial(screen: OperationScreen, deployment: Deployment, operation: string): Request {
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: ['initial-request', deployment.id, operation],
    queryFn: screen.findInitial ? () => screen.findInitial!(deployment, queries) : skipToken,
    staleTime: Infinity,
  });
  return data ?? screen.initial;
}
