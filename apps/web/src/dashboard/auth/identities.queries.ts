import { queryOptions, useMutation } from '@tanstack/react-query';
import { identitiesList, identitiesListOwn, type StartedLogIn, unwrap } from '../../api/client';

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: () => unwrap(identitiesList()),
  staleTime: Infinity,
});

export const identitiesQuery = queryOptions({
  queryKey: ['identities'],
  queryFn: () => unwrap(identitiesListOwn()),
});

/** Goes to a provider's page; the browser comes back by itself. */
export function useProvider<T>(start: (value: T) => Promise<StartedLogIn>) {
  return useMutation({
    mutationFn: start,
    onSuccess: ({ location }) => {
      // A page of theirs, never a script: the API has seen to it, and so does this.
      if (/^https?:$/.test(new URL(location).protocol)) window.location.assign(location);
    },
  });
}

export interface ProviderReturn {
  /** The code of what went wrong. */
  problem?: string;
  done?: 'connected' | 'tested';
}

/** What the address says of a visit to a provider. */
export function readProviderReturn({ problem, done }: Record<string, unknown>): ProviderReturn {
  return {
    ...(typeof problem === 'string' && /^[a-z_]{1,60}$/.test(problem) && { problem }),
    ...((done === 'connected' || done === 'tested') && { done }),
  };
}
