import { queryOptions } from '@tanstack/react-query';
import { apiKeysList, unwrapPages } from '../../api/client';
import { listQuery } from '../../api/list-query';
import { type ListView, readListView } from '../../ui/list-view';

const SORTS = ['createdAt', 'name', 'lastUsedAt'] as const;
export const KEY_STATUSES = ['live', 'ended'] as const;

export type ApiKeysView = ListView<(typeof SORTS)[number], (typeof KEY_STATUSES)[number]>;

export const readApiKeysView = (search: Record<string, unknown>): ApiKeysView =>
  readListView(search, SORTS, KEY_STATUSES);

export const apiKeyListQuery = (projectId: string, view: ApiKeysView) =>
  listQuery([...apiKeysQuery(projectId).queryKey, 'list', view], (cursor) =>
    apiKeysList({ path: { projectId }, query: { ...view, cursor } }),
  );

export const apiKeysQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['api-keys', projectId],
    queryFn: () => unwrapPages((cursor) => apiKeysList({ path: { projectId }, query: { limit: 100, cursor } })),
  });
