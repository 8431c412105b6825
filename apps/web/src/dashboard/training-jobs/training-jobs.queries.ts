import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { trainingJobsEstimate, trainingJobsGet, trainingJobsList, unwrap } from '../../api/client';
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

export const trainingJobQuery = (projectId: string, jobId: string) =>
  queryOptions({
    queryKey: ['training-job', projectId, jobId],
    queryFn: () => unwrap(trainingJobsGet({ path: { projectId, jobId } })),
  });

/** What training the model now would take; another one once one more of its jobs has ended. */
export const trainingEstimateQuery = (projectId: string, modelId: string, jobsEnded: number) =>
  queryOptions({
    queryKey: ['training-estimate', projectId, modelId, jobsEnded],
    queryFn: () => unwrap(trainingJobsEstimate({ path: { projectId, modelId } })),
    placeholderData: keepPreviousData,
  });
