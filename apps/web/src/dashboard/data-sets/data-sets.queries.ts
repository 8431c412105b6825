import { queryOptions } from '@tanstack/react-query';
import { type DataSet, dataSetsGet, dataSetsList, rowsQuality, unwrap, unwrapPages } from '../../api/client';
import { listQuery } from '../../api/list-query';
import { type ListView, readListView } from '../../ui/list-view';
import { isActive } from '../../ui/status-badge';

const POLL_MS = 500;

const SORTS = ['createdAt', 'name', 'rows', 'importedAt'] as const;
/** Of the latest import. */
export const STATUSES = ['empty', 'queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

export type DataSetsView = ListView<(typeof SORTS)[number], (typeof STATUSES)[number]>;

export const readDataSetsView = (search: Record<string, unknown>): DataSetsView =>
  readListView(search, SORTS, STATUSES);

export const dataSetListQuery = (projectId: string, view: DataSetsView) =>
  listQuery(
    [...dataSetsQuery(projectId).queryKey, 'list', view],
    (cursor) => dataSetsList({ path: { projectId }, query: { ...view, cursor } }),
    ({ latestImport }) => isActive(latestImport),
  );

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

/** What is known of all its rows; asked for anew where there are others. */
export const qualityQuery = ({ projectId, id: dataSetId, currentImport, addedRows }: DataSet) =>
  queryOptions({
    queryKey: ['quality', dataSetId, currentImport?.id, addedRows],
    queryFn: () => unwrap(rowsQuality({ path: { projectId, dataSetId } })),
    staleTime: Infinity,
  });
