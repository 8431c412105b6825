import { queryOptions } from '@tanstack/react-query';
import {
  modelsGet,
  modelsGetReport,
  modelsList,
  modelsListVersions,
  type ModelVersion,
  unwrap,
  unwrapPages,
} from '../../api/client';
import { listQuery } from '../../api/list-query';
import { type ListView, readListView } from '../../ui/list-view';

const SORTS = ['createdAt', 'name', 'trainedAt'] as const;
export const MODEL_STATUSES = ['untrained', 'training', 'trained', 'failed'] as const;

export type ModelsView = ListView<(typeof SORTS)[number], (typeof MODEL_STATUSES)[number]>;

export const readModelsView = (search: Record<string, unknown>): ModelsView =>
  readListView(search, SORTS, MODEL_STATUSES);

export const modelListQuery = (projectId: string, view: ModelsView) =>
  listQuery(
    [...modelsQuery(projectId).queryKey, 'list', view],
    (cursor) => modelsList({ path: { projectId }, query: { ...view, cursor } }),
    ({ status }) => status === 'training',
  );

export const modelsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['models', projectId],
    queryFn: () => unwrapPages((cursor) => modelsList({ path: { projectId }, query: { limit: 100, cursor } })),
  });

export const modelQuery = (projectId: string, modelId: string) =>
  queryOptions({
    queryKey: ['models', projectId, modelId],
    queryFn: () => unwrap(modelsGet({ path: { projectId, modelId } })),
  });

/** Newest first. */
export const versionsQuery = (projectId: string, modelId: string) =>
  queryOptions({
    queryKey: ['models', projectId, modelId, 'versions'],
    queryFn: () =>
      unwrapPages((cursor) => modelsListVersions({ path: { projectId, modelId }, query: { limit: 100, cursor } })),
  });

/** The version's report; its form depends on the task. */
export const reportQuery = (projectId: string, { modelId, id: modelVersionId }: Pick<ModelVersion, 'modelId' | 'id'>) =>
  queryOptions({
    queryKey: ['models', projectId, modelId, 'versions', modelVersionId, 'report'],
    queryFn: () => unwrap(modelsGetReport({ path: { projectId, modelId, modelVersionId } })),
    staleTime: Infinity,
  });
