import { queryOptions } from '@tanstack/react-query';
import { projectsGet, projectsList, unwrap, unwrapPages } from '../../api/client';
import { listQuery } from '../../api/list-query';
import { type ListView, readListView } from '../../ui/list-view';

const SORTS = ['createdAt', 'name'] as const;

export type ProjectsView = ListView<(typeof SORTS)[number], never>;

export const readProjectsView = (search: Record<string, unknown>): ProjectsView => readListView(search, SORTS);

export const projectListQuery = (view: ProjectsView) =>
  listQuery([...projectsQuery.queryKey, 'list', view], (cursor) => projectsList({ query: { ...view, cursor } }));

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
