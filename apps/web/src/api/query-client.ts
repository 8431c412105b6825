import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { NO_ANSWER, ProblemError } from './problem';

const RETRIES_MAX = 2;

/** `onSignedOut` runs when the API no longer knows the session. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: Error) => {
    if (error instanceof ProblemError && error.code === 'not_authenticated') onSignedOut();
  };
  return new QueryClient({
    // Who is signed in is asked before a page opens, and answered there.
    queryCache: new QueryCache({ onError: (error, { queryKey }) => queryKey[0] !== 'me' && onError(error) }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: { queries: { staleTime: 5_000, retry: isWorthRetrying } },
  });
}

function isWorthRetrying(failures: number, error: Error): boolean {
  const isPassing = error instanceof ProblemError && (error.status === NO_ANSWER || error.status >= 500);
  return isPassing && failures < RETRIES_MAX;
}
