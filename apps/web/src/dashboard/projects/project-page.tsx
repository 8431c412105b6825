import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { projectsDelete, projectsRename, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { buttonClass } from '../../ui/button';
import { classNames } from '../../ui/class-names';
import { ManageActions } from '../../ui/manage-actions';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { apiKeysQuery } from '../api-keys/api-keys.queries';
import { isLive } from '../api-keys/key-status';
import { useMe } from '../auth/auth.queries';
import { dataSetsQuery } from '../data-sets/data-sets.queries';
import { deploymentsQuery } from '../deployments/deployments.queries';
import { modelsQuery } from '../models/models.queries';
import { ProjectHome } from './project-home';
import { projectQuery, projectsQuery } from './projects.queries';
import { type StepKey, STEPS } from './steps';

/** What the project does; until it answers, how far it is on its way there, with links to each step. */
export function ProjectPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { can } = useMe();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { projectId } = useParams({ from: '/app/projects/$projectId' });
  const project = useQuery(projectQuery(projectId));
  return (
    <>
      <PageHeader
        title={t('projects.overview')}
        hint={project.data && t('projects.created', { date: format.date(project.data.createdAt) })}
        actions={
          can('project:write') &&
          project.data && (
            <ManageActions
              name={project.data.name}
              deleteText={t('projects.deleteText')}
              onRename={async (name) => {
                await unwrap(projectsRename({ path: { projectId }, body: { name } }));
                await queryClient.invalidateQueries({ queryKey: projectsQuery.queryKey });
              }}
              onDelete={async () => {
                await unwrap(projectsDelete({ path: { projectId } }));
                await navigate({ to: '/' });
                await queryClient.invalidateQueries({ queryKey: projectsQuery.queryKey });
              }}
            />
          )
        }
      />
      <StepsOrHome projectId={projectId} />
    </>
  );
}

function StepsOrHome({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const dataSets = useQuery(dataSetsQuery(projectId));
  const models = useQuery(modelsQuery(projectId));
  const deployments = useQuery(deploymentsQuery(projectId));
  const apiKeys = useQuery(apiKeysQuery(projectId));
  const params = { projectId };
  const linkClass = (isNext: boolean) => buttonClass(isNext ? 'primary' : 'secondary');
  return (
    <QueryView query={dataSets}>
      {(sets) => {
        const doneCounts = [
          sets.filter(({ currentImport }) => currentImport).length,
          models.data?.length ?? 0,
          deployments.data?.length ?? 0,
          apiKeys.data?.filter(isLive).length ?? 0,
        ];
        const next = doneCounts.indexOf(0);
        if (next === -1) return <ProjectHome projectId={projectId} />;
        return (
          <ol className="divide-y divide-line rounded-lg border border-line bg-surface">
            <Step step="dataSet" number={1} count={doneCounts[0]!} isNext={next === 0}>
              <Link to="/projects/$projectId/data-sets" params={params} className={linkClass(next === 0)}>
                {t('steps.dataSet.action')}
              </Link>
            </Step>
            <Step step="model" number={2} count={doneCounts[1]!} isNext={next === 1}>
              <Link to="/projects/$projectId/models" params={params} className={linkClass(next === 1)}>
                {t('steps.model.action')}
              </Link>
            </Step>
            <Step step="deployment" number={3} count={doneCounts[2]!} isNext={next === 2}>
              <Link to="/projects/$projectId/deployments" params={params} className={linkClass(next === 2)}>
                {t('steps.deployment.action')}
              </Link>
            </Step>
            <Step step="apiKey" number={4} count={doneCounts[3]!} isNext={next === 3}>
              <Link to="/projects/$projectId/api-keys" params={params} className={linkClass(next === 3)}>
                {t('steps.apiKey.action')}
              </Link>
            </Step>
          </ol>
        );
      }}
    </QueryView>
  );
}

interface StepProps {
  step: Exclude<StepKey, 'project'>;
  number: number;
  /** How many there are. */
  count: number;
  isNext: boolean;
  children: ReactNode;
}

function Step({ step, number, count, isNext, children }: StepProps) {
  const { t } = useTranslation();
  const Icon = STEPS[step];
  const isDone = count > 0;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:px-5" aria-current={isNext && 'step'}>
      <span
        className={classNames(
          'grid size-10 shrink-0 place-items-center rounded-full',
          isDone || isNext ? 'bg-accent-soft text-accent' : 'bg-sunken text-muted',
        )}
      >
        {isDone ? <Check aria-hidden className="size-5" /> : <Icon aria-hidden className="size-5" />}
      </span>
      <div className="min-w-48 flex-1">
        <h2 className="font-semibold">
          {number}. {t(`steps.${step}.noun`)}
        </h2>
        <p className="text-muted">{isDone ? t(`steps.${step}.done`, { count }) : t(`steps.${step}.text`)}</p>
      </div>
      {children}
    </li>
  );
}
