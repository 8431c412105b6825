import { queryOptions } from '@tanstack/react-query';
import { deploymentsGet, deploymentsList, unwrap, unwrapPages } from '../../api/client';

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
