import { useMutation, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { Dumbbell } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type TrainingJob, trainingJobsCancel, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';
import { ProgressBar } from '../../ui/progress-bar';
import { QueryView } from '../../ui/query-view';
import { isActive, StatusBadge } from '../../ui/status-badge';
import { useMe } from '../auth/auth.queries';
import { ProgressDetails } from './progress-details';
import { Stages } from './stages';
import { trainingJobsQuery } from './training-jobs.queries';

/** Older jobs are folded, so that the quality below stays visible. */
const JOBS_OPEN_MAX = 3;

interface TrainingJobsCardProps {
  jobs: UseQueryResult<TrainingJob[]>;
  /** Whether they look for the recipe. */
  isSearching: boolean;
}

/** The latest jobs of a model, updated while they run. */
export function TrainingJobsCard({ jobs, isSearching }: TrainingJobsCardProps) {
  const { t } = useTranslation();
  return (
    <Card title={t('trainingJobs.title')} isFlush>
      <QueryView query={jobs}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState icon={Dumbbell} title={t('trainingJobs.emptyTitle')}>
              {t('trainingJobs.emptyText')}
            </EmptyState>
          ) : (
            <>
              <JobList jobs={rows.slice(0, JOBS_OPEN_MAX)} isSearching={isSearching} />
              {rows.length > JOBS_OPEN_MAX && (
                <details className="border-t border-line">
                  <summary className="px-4 py-2.5 text-muted hover:text-ink sm:px-5">
                    {t('trainingJobs.earlier')}
                  </summary>
                  <JobList jobs={rows.slice(JOBS_OPEN_MAX)} isSearching={isSearching} />
                </details>
              )}
            </>
          )
        }
      </QueryView>
    </Card>
  );
}

function JobList({ jobs, isSearching }: { jobs: TrainingJob[]; isSearching: boolean }) {
  // One at a time: a browser keeps six connections to a site, and each stream holds one, in every open tab.
  const live = jobs.find(({ status }) => status === 'running');
  return (
    <ul className="divide-y divide-line">
      {jobs.map((job) => (
        <JobRow key={job.id} job={job} isLive={job === live} isSearching={isSearching} />
      ))}
    </ul>
  );
}

interface JobRowProps {
  job: TrainingJob;
  isLive: boolean;
  isSearching: boolean;
}

function JobRow({ job, isLive, isSearching }: JobRowProps) {
  const { t } = useTranslation();
  const { can } = useMe();
  const format = useFormat();
  const terms = useTerms();
  return (
    <li className="space-y-2 px-4 py-2 sm:px-5">
      <div className="flex min-h-9 flex-wrap items-center gap-x-5 gap-y-1.5">
        <output className="min-w-22">
          <StatusBadge status={job.status} />
        </output>
        {job.failureKind && (
          <Badge tone="danger">{t(`trainingJobs.failures.${job.failureKind}`, { count: job.attempt })}</Badge>
        )}
        <span className="tabular-nums">{format.dateTime(job.createdAt)}</span>
        {job.durationMs !== null && <span className="text-muted tabular-nums">{format.duration(job.durationMs)}</span>}
        {job.device && <span className="text-muted">{t('trainingJobs.device', { device: job.device })}</span>}
        {job.status === 'queued' && <span className="text-muted">{t('trainingJobs.waits', { pool: job.pool })}</span>}
        {isActive(job) && can('project:write') && <CancelButton job={job} />}
      </div>
      {job.status === 'running' && (
        <div className="space-y-1">
          <div className="flex justify-between gap-4">
            <Stages phase={job.phase} isSearching={isSearching} />
            <span className="text-xs text-muted tabular-nums">{format.percent(job.progress)}</span>
          </div>
          <ProgressBar label={t('trainingJobs.progress')} share={job.progress} />
        </div>
      )}
      {job.failureReason && <Notice tone="danger">{terms.sentences(job.failureReason)}</Notice>}
      {job.warnings.map((warning) => (
        <Notice key={warning} tone="warning">
          {terms.sentences(warning)}
        </Notice>
      ))}
      {job.startedAt && <ProgressDetails job={job} isLive={isLive} />}
    </li>
  );
}

function CancelButton({ job }: { job: TrainingJob }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => unwrap(trainingJobsCancel({ path: { projectId: job.projectId, jobId: job.id } })),
    onSettled: () =>
      queryClient.invalidateQueries({ queryKey: trainingJobsQuery(job.projectId, job.modelId).queryKey }),
  });
  return (
    <div className="ml-auto">
      <Button isBusy={cancel.isPending} onClick={() => cancel.mutate()}>
        {t('trainingJobs.cancel')}
      </Button>
      {cancel.isError && <ProblemNotice error={cancel.error} />}
    </div>
  );
}
