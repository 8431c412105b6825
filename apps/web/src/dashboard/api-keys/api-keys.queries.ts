import { queryOptions } from '@tanstack/react-query';
import { apiKeysList, unwrapPages } from '../../api/client';

export const apiKeysQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['api-keys', projectId],
    queryFn: () => unwrapPages((cursor) => apiKeysList({ path: { projectId }, query: { limit: 100, cursor } })),
  });
