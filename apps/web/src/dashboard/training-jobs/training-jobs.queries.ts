import { queryOptions } from '@tanstack/react-query';
import { trainingJobsList, unwrap } from '../../api/client';
import { isActive } from '../../ui/status-badge';

const POLL_MS = 1_000;
const JOBS_SHOWN_MAX = 20;

/** The latest jobs of a model, newest first. */
export const trainingJobsQuery = (projectId: string, modelId: string) =>
  queryOptions({
    queryKey: ['training-jobs', projectId, modelId],
    queryFn: async () => {
      const page = await unwrap(trainingJobsList({ path: { projectId }, query: { modelId, limit: JOBS_SHOWN_MAX } }));
      return page.data;
    },
    refetchInterval: ({ state }) => state.data?.some(isActive) && POLL_MS,
  });
