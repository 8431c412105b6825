import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Model, modelsDelete, modelsRename, unwrap } from '../../api/client';
import { othersThan } from '../../api/list-query';
import { useTerms } from '../../i18n/use-terms';
import type { ExamplesProps, TaskScreens } from '../../tasks/task';
import { findExamples } from '../../tasks/tasks';
import { Card } from '../../ui/card';
import { FactList } from '../../ui/fact-list';
import { ManageActions } from '../../ui/manage-actions';
import { PageHeader } from '../../ui/page-header';
import { QueryView, Together } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';
import { dataSetsQuery } from '../data-sets/data-sets.queries';
import { StartTrainingButton } from '../training-jobs/start-training-button';
import { TrainingJobsCard } from '../training-jobs/training-jobs-card';
import { trainingJobsQuery } from '../training-jobs/training-jobs.queries';
import { familiesQuery } from './families.queries';
import { MetricsCard } from './metrics-card';
import { modelQuery, modelsQuery, reportQuery } from './models.queries';
import { OriginCard } from './origin-card';
import { ReportCards } from './report-cards';
import { useSetting } from './use-setting';
import { useVersions, VersionsCard } from './versions-card';

/** The recipe that chooses one. */
const SEARCHED = 'auto';

export function ModelPage() {
  const { projectId, modelId } = useParams({ from: '/app/projects/$projectId/models/$modelId' });
  const { t } = useTranslation();
  const terms = useTerms();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { can } = useMe();
  const model = useQuery(modelQuery(projectId, modelId));
  const jobs = useQuery(trainingJobsQuery(projectId, modelId));
  const versions = useVersions(projectId, modelId, jobs.data ?? []);
  const newest = versions.data?.[0];
  const families = useQuery(familiesQuery);
  const dataSets = useQuery(dataSetsQuery(projectId));
  const report = useQuery({
    ...reportQuery(projectId, newest ?? { modelId, id: '' }),
    enabled: Boolean(newest?.hasReport),
  });
  return (
    <QueryView query={model} isPage>
      {(found) => (
        <>
          <PageHeader
            title={found.name}
            hint={terms.name('recipes', found.recipe)}
            actions={
              can('project:write') && (
                <>
                  <ManageActions
                    name={found.name}
                    deleteText={t('models.deleteText')}
                    onRename={async (name) => {
                      await unwrap(modelsRename({ path: { projectId, modelId }, body: { name } }));
                      await queryClient.invalidateQueries({ queryKey: modelsQuery(projectId).queryKey });
                    }}
                    onDelete={async () => {
                      await unwrap(modelsDelete({ path: { projectId, modelId } }));
                      await navigate({ to: '/projects/$projectId/models', params: { projectId } });
                      await queryClient.invalidateQueries(othersThan(modelsQuery(projectId).queryKey, modelId));
                    }}
                  />
                  <StartTrainingButton projectId={projectId} modelId={modelId} />
                </>
              )
            }
          />
          <Together queries={[jobs, versions, families, dataSets, report]}>
            <div className="space-y-5">
              <TrainingJobsCard jobs={jobs} isSearching={found.recipe === SEARCHED} />
              {newest && <MetricsCard version={newest} previous={versions.data?.[1]} />}
              {newest && <ExamplesCard key={newest.id} model={found} version={newest} />}
              {newest?.hasReport && <ReportCards projectId={projectId} version={newest} />}
              <VersionsCard model={found} versions={versions} />
              {newest && <OriginCard projectId={projectId} version={newest} />}
              <SettingsCard model={found} />
            </div>
          </Together>
        </>
      )}
    </QueryView>
  );
}

/** What the version answers to a few of the customer's own, where its task has a way to show it. */
function ExamplesCard(props: ExamplesProps) {
  const Examples = findExamples(props.version.task);
  return Examples ? <TaskExamples Examples={Examples} {...props} /> : null;
}

function TaskExamples({ Examples, ...props }: ExamplesProps & { Examples: NonNullable<TaskScreens['Examples']> }) {
  return <Examples {...props} />;
}

function SettingsCard({ model }: { model: Model }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const show = useSetting();
  const dataSets = useQuery(dataSetsQuery(model.projectId));
  const nameOf = (dataSetId: string) => dataSets.data?.find(({ id }) => id === dataSetId)?.name;
  return (
    <Card title={t('models.settings')}>
      <FactList
        facts={[
          ...Object.entries(model.sources).map(([role, dataSetId]) => ({
            name: terms.name('roles', role),
            value: nameOf(dataSetId),
          })),
          ...Object.entries(model.settings).map(([name, value]) => ({
            name: terms.name('settings', name),
            value: show(value),
          })),
        ]}
      />
    </Card>
  );
}
