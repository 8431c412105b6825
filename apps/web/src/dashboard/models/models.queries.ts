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
