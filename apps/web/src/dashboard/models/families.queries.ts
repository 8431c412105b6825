import { queryOptions, useQuery } from '@tanstack/react-query';
import { type Families, modelsListFamilies, unwrap } from '../../api/client';

export type Family = Families['families'][number];
export type Kind = Families['kinds'][number];

/** All families of models and kinds of data; changes only with a release of the API. */
export const familiesQuery = queryOptions({
  queryKey: ['families'],
  queryFn: () => unwrap(modelsListFamilies()),
  staleTime: Infinity,
});

/** Undefined until it is loaded, and for what the API does not name any more. */
export function useFamily(key: string): Family | undefined {
  const { data } = useQuery(familiesQuery);
  return data?.families.find((family) => family.key === key);
}

/** What a metric means and which way it is better; the same whichever family measures it. */
export function useMetric(key: string): Family['metrics'][string] | undefined {
  const { data } = useQuery(familiesQuery);
  return data?.families.find(({ metrics }) => key in metrics)?.metrics[key];
}

/** Undefined until it is loaded. */
export function useKind(key: string): Kind | undefined {
  const { data } = useQuery(familiesQuery);
  return data?.kinds.find((kind) => kind.key === key);
}
