import { queryOptions } from '@tanstack/react-query';
import { dataSetsGet, dataSetsList, unwrap, unwrapPages } from '../../api/client';
import { isActive } from '../../ui/status-badge';

const POLL_MS = 500;

export const dataSetsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['data-sets', projectId],
    queryFn: () => unwrapPages((cursor) => dataSetsList({ path: { projectId }, query: { limit: 100, cursor } })),
    refetchInterval: ({ state }) => state.data?.some(({ latestImport }) => isActive(latestImport)) && POLL_MS,
  });

export const dataSetQuery = (projectId: string, dataSetId: string) =>
  queryOptions({
    queryKey: ['data-sets', projectId, dataSetId],
    queryFn: () => unwrap(dataSetsGet({ path: { projectId, dataSetId } })),
    refetchInterval: ({ state }) => isActive(state.data?.latestImport) && POLL_MS,
  });
