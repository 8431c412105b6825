import { useQueries, useQuery } from '@tanstack/react-query';
import type { ApiKey, Deployment, Project } from '../../api/client';
import { apiKeysQuery } from '../api-keys/api-keys.queries';
import { useMe } from '../auth/auth.queries';
import { deploymentsQuery } from '../deployments/deployments.queries';
import { projectsQuery } from './projects.queries';

export interface Directory {
  projects: Project[];
  apiKeys: ApiKey[];
  deployments: Deployment[];
}

/** Projects, keys and deployments of the organization, for lists that know them by id alone; empty for who may not read them. */
export function useDirectory(): Directory {
  const { can } = useMe();
  const { data: projects = [] } = useQuery({ ...projectsQuery, enabled: can('project:read') });
  const apiKeys = useQueries({
    queries: projects.map(({ id }) => apiKeysQuery(id)),
    combine: (results) => results.flatMap(({ data = [] }) => data),
  });
  const deployments = useQueries({
    queries: projects.map(({ id }) => deploymentsQuery(id)),
    combine: (results) => results.flatMap(({ data = [] }) => data),
  });
  return { projects, apiKeys, deployments };
}

/** Name of what has the id; the id where it is gone or may not be read. */
export function nameOf(list: { id: string; name: string }[], id: string): string {
  return list.find((each) => each.id === id)?.name ?? id;
}
