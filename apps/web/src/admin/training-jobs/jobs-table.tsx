import { Cpu } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { OperatorTrainingJob } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { RelativeTime } from '../../ui/relative-time';
import { StatusBadge } from '../../ui/status-badge';
import { useOrganizationColumn } from '../organization-column';

interface JobsTableProps {
  jobs: OperatorTrainingJob[];
  /** All are of one organization, which the page names. */
  isOfOne?: boolean;
}

export function JobsTable({ jobs, isOfOne = false }: JobsTableProps) {
  const { t } = useTranslation();
  const columns = useColumns().filter(({ key }) => key !== 'organization' || !isOfOne);
  if (jobs.length === 0) {
    return (
      <EmptyState icon={Cpu} title={t('operator.jobs.none')}>
        {t('operator.jobs.noneText')}
      </EmptyState>
    );
  }
  return <DataTable label={t('trainingJobs.title')} columns={columns} rows={jobs} keyOf={({ id }) => id} />;
}

function useColumns(): DataColumn<OperatorTrainingJob>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const organization = useOrganizationColumn();
  const terms = useTerms();
  const duration = (seconds: number | null) => (seconds === null ? '—' : format.duration(seconds * 1000));
  return [
    {
      key: 'job',
      name: t('operator.jobs.job'),
      isPinned: true,
      cell: ({ model, project }) => (
        <div className="max-w-64 break-words sm:min-w-40">
          <p className="font-medium">{model.name}</p>
          <p className="text-xs text-muted">
            {project.name} · {terms.name('recipes', model.recipe)}
          </p>
        </div>
      ),
    },
    organization,
    { key: 'status', name: t('operator.jobs.status'), cell: (job) => <Status job={job} /> },
    {
      key: 'waited',
      name: t('operator.jobs.waited'),
      isNumber: true,
      cell: ({ waitingSeconds }) => duration(waitingSeconds),
    },
    {
      key: 'ran',
      name: t('operator.jobs.ran'),
      isNumber: true,
      cell: ({ runningSeconds }) => duration(runningSeconds),
    },
    {
      key: 'compute',
      name: t('operator.jobs.compute'),
      isNumber: true,
      cell: ({ computeSeconds }) => duration(computeSeconds),
    },
    {
      key: 'worker',
      name: t('operator.jobs.worker'),
      cell: ({ worker, device, pool }) => (
        <div className="max-w-64 break-words sm:min-w-36">
          <p>{worker ?? '—'}</p>
          <p className="text-xs text-muted">{[pool, device].filter(Boolean).join(' · ')}</p>
        </div>
      ),
    },
    {
      key: 'created',
      name: t('operator.jobs.created'),
      cell: ({ createdAt }) => <RelativeTime time={createdAt} />,
    },
  ];
}

function Status({ job }: { job: OperatorTrainingJob }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { status, progress, failureKind, failureReason, attempt } = job;
  return (
    <>
      <StatusBadge status={status} />
      {status === 'running' && <span className="ml-1.5 text-xs text-muted">{format.percent(progress)}</span>}
      {attempt > 1 && <p className="mt-0.5 text-xs text-muted">{t('operator.jobs.attempt', { count: attempt })}</p>}
      {failureKind && (
        <details className="mt-0.5 max-w-64 text-xs text-muted">
          <summary className="min-h-6 content-center">
            {failureKind === 'gave_up'
              ? t('trainingJobs.failures.gave_up', { count: attempt })
              : t(`trainingJobs.failures.${failureKind}`)}
          </summary>
          <p className="break-words">{failureReason}</p>
        </details>
      )}
    </>
  );
}
