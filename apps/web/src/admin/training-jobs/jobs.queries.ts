import { infiniteQueryOptions } from '@tanstack/react-query';
import { type TrainingQueueListJobsData, trainingQueueListJobs, unwrap } from '../../api/client';
import { isId } from '../../shell/search';

const POLL_MS = 5_000;

/** Which jobs are shown; kept in the address. */
export type JobsFilter = Pick<NonNullable<TrainingQueueListJobsData['query']>, 'status' | 'organizationId'>;

export const STATUSES = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
] as const satisfies JobsFilter['status'][];

export function readJobsFilter({ status, organizationId }: Record<string, unknown>): JobsFilter {
  const known = STATUSES.find((each) => each === status);
  return { ...(known && { status: known }), ...(isId(organizationId) && { organizationId }) };
}

export const jobsQuery = (filter: JobsFilter) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'training-jobs', filter],
    queryFn: ({ pageParam: cursor }) => unwrap(trainingQueueListJobs({ query: { ...filter, cursor } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: POLL_MS,
  });
