import { queryOptions } from '@tanstack/react-query';
import { deploymentsGet, deploymentsList, unwrap, unwrapPages } from '../../api/client';
import { listQuery } from '../../api/list-query';
import { type ListView, readListView } from '../../ui/list-view';

const SORTS = ['createdAt', 'name', 'updatedAt'] as const;

export type DeploymentsView = ListView<(typeof SORTS)[number], never>;

export const readDeploymentsView = (search: Record<string, unknown>): DeploymentsView => readListView(search, SORTS);

export const deploymentListQuery = (projectId: string, view: DeploymentsView) =>
  listQuery([...deploymentsQuery(projectId).queryKey, 'list', view], (cursor) =>
    deploymentsList({ path: { projectId }, query: { ...view, cursor } }),
  );

export const deploymentsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['deployments', projectId],
    queryFn: () => unwrapPages((cursor) => deploymentsList({ path: { projectId }, query: { limit: 100, cursor } })),
  });

export const deploymentQuery = (projectId: string, deploymentId: string) =>
  queryOptions({
    queryKey: ['deployments', projectId, deploymentId],
    queryFn: () => unwrap(deploymentsGet({ path: { projectId, deploymentId } })),
  });
