import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Model, modelsDelete, modelsRename, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { FactList } from '../../ui/fact-list';
import { ManageActions } from '../../ui/manage-actions';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';
import { dataSetsQuery } from '../data-sets/data-sets.queries';
import { StartTrainingButton } from '../training-jobs/start-training-button';
import { TrainingJobsCard } from '../training-jobs/training-jobs-card';
import { trainingJobsQuery } from '../training-jobs/training-jobs.queries';
import { MetricsCard } from './metrics-card';
import { modelQuery, modelsQuery } from './models.queries';
import { ReportCards } from './report-cards';
import { useVersions, VersionsCard } from './versions-card';

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
                      await queryClient.invalidateQueries({ queryKey: modelsQuery(projectId).queryKey, exact: true });
                    }}
                  />
                  <StartTrainingButton projectId={projectId} modelId={modelId} />
                </>
              )
            }
          />
          <div className="space-y-5">
            <TrainingJobsCard jobs={jobs} />
            {newest && <MetricsCard result={newest.result} family={newest.family} />}
            {newest?.hasReport && <ReportCards projectId={projectId} version={newest} />}
            <VersionsCard projectId={projectId} versions={versions} />
            <SettingsCard model={found} />
          </div>
        </>
      )}
    </QueryView>
  );
}

function SettingsCard({ model }: { model: Model }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const dataSets = useQuery(dataSetsQuery(model.projectId));
  const nameOf = (dataSetId: string) => dataSets.data?.find(({ id }) => id === dataSetId)?.name;
  const show = (value: unknown) => {
    if (typeof value === 'number') return format.number(value, { maximumFractionDigits: 10 });
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
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
