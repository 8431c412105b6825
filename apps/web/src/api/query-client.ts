import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { NO_ANSWER, ProblemError } from './problem';

const RETRIES_MAX = 2;

const IS_LOST = new Set(['organization_not_found', 'no_organization']);

/** `onSignedOut` runs when the API no longer knows the session, `onOrganizationLost` when the person no longer belongs where the page acts. */
export function createQueryClient(onSignedOut: () => void, onOrganizationLost: () => void): QueryClient {
  const onError = (error: Error) => {
    if (!(error instanceof ProblemError)) return;
    if (error.code === 'not_authenticated') onSignedOut();
    if (IS_LOST.has(error.code)) onOrganizationLost();
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
