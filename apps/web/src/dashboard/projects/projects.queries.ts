import { queryOptions } from '@tanstack/react-query';
import { projectsGet, projectsList, unwrap, unwrapPages } from '../../api/client';

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: () => unwrapPages((cursor) => projectsList({ query: { limit: 100, cursor } })),
});

export const projectQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['projects', projectId],
    queryFn: () => unwrap(projectsGet({ path: { projectId } })),
    staleTime: Infinity,
  });
