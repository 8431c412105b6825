import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Rocket } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { deploymentsCreate, type Model, type ModelVersion, type TrainingJob, unwrap } from '../../../api/client';
import { useFormat } from '../../../i18n/use-format';
import { useTerms } from '../../../i18n/use-terms';
import { Button, buttonClass } from '../../../ui/button';
import { Card } from '../../../ui/card';
import { Notice } from '../../../ui/notice';
import { ProblemNotice } from '../../../ui/problem-notice';
import { ProgressBar } from '../../../ui/progress-bar';
import { QueryView } from '../../../ui/query-view';
import { isActive } from '../../../ui/status-badge';
import { useMe } from '../../auth/auth.queries';
import { deploymentsQuery } from '../../deployments/deployments.queries';
import { VERDICT_TONES } from '../../models/verdict-badge';
import { useVersions } from '../../models/versions-card';
import { StartTrainingButton } from '../../training-jobs/start-training-button';
import { trainingJobsQuery } from '../../training-jobs/training-jobs.queries';

/** The first model on its way: in training, failed, or with its verdict and a button that puts it live. */
export function FirstModelCard({ model }: { model: Model }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const { can } = useMe();
  const { projectId, id: modelId } = model;
  const jobs = useQuery(trainingJobsQuery(projectId, modelId));
  const versions = useVersions(projectId, modelId, jobs.data ?? []);
  const version = versions.data?.[0];
  const job = jobs.data?.[0];
  return (
    <Card
      title={model.name}
      hint={version ? t('start.trained') : t('start.training')}
      actions={
        <Link
          to="/projects/$projectId/models/$modelId"
          params={{ projectId, modelId }}
          className={buttonClass('quiet')}
        >
          {t('start.openModel')}
        </Link>
      }
    >
      <QueryView query={jobs}>
        {() => (
          <div className="space-y-3">
            {job && isActive(job) && <JobProgress job={job} />}
            {job?.failureReason && <Notice tone="danger">{terms.sentences(job.failureReason)}</Notice>}
            {version ? (
              <Ready model={model} version={version} />
            ) : (
              !(job && (isActive(job) || job.status === 'succeeded')) &&
              can('project:write') && <StartTrainingButton projectId={projectId} modelId={modelId} />
            )}
          </div>
        )}
      </QueryView>
    </Card>
  );
}

function JobProgress({ job }: { job: TrainingJob }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="space-y-1">
      <p className="flex justify-between gap-4 text-muted tabular-nums">
        <span>{job.status === 'queued' ? t('start.queued') : t('start.trainingNow')}</span>
        <span>{format.percent(job.progress)}</span>
      </p>
      <ProgressBar label={t('trainingJobs.progress')} share={job.progress} />
    </div>
  );
}

function Ready({ model, version }: { model: Model; version: ModelVersion }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const { can } = useMe();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { verdict } = version;
  const { projectId } = model;
  const deploy = useMutation({
    mutationFn: () =>
      unwrap(deploymentsCreate({ path: { projectId }, body: { name: model.name, modelVersionId: version.id } })),
    onSuccess: async ({ id: deploymentId }) => {
      await navigate({
        to: '/projects/$projectId/deployments/$deploymentId',
        params: { projectId, deploymentId },
      });
      void queryClient.invalidateQueries({ queryKey: deploymentsQuery(projectId).queryKey });
    },
  });
  return (
    <>
      {verdict && verdict.change !== null && (
        <Notice tone={VERDICT_TONES[verdict.judgement]}>
          {t(`start.verdict.${verdict.judgement}`, {
            share: format.percent(Math.abs(verdict.change)),
            baseline: terms.name('recipes', verdict.baseline),
          })}
        </Notice>
      )}
      {can('project:write') && (
        <Button
          variant={verdict?.judgement === 'worse' ? 'secondary' : 'primary'}
          isBusy={deploy.isPending || deploy.isSuccess}
          onClick={() => deploy.mutate()}
        >
          <Rocket aria-hidden />
          {t('start.deploy')}
        </Button>
      )}
      {deploy.isError && <ProblemNotice error={deploy.error} />}
    </>
  );
}
