import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { deploymentsDelete, deploymentsUpdate, unwrap } from '../../api/client';
import { othersThan } from '../../api/list-query';
import { useFormat } from '../../i18n/use-format';
import { ManageActions } from '../../ui/manage-actions';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';
import { CallTabs } from './call-tabs';
import { DeploymentStrip } from './deployment-strip';
import { deploymentQuery, deploymentsQuery } from './deployments.queries';
import { TrafficTab } from './traffic-tab';

export function DeploymentPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { can } = useMe();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { projectId, deploymentId } = useParams({ from: '/app/projects/$projectId/deployments/$deploymentId' });
  const { tab = 'try' } = useSearch({ from: '/app/projects/$projectId/deployments/$deploymentId' });
  const deployment = useQuery(deploymentQuery(projectId, deploymentId));
  return (
    <QueryView query={deployment} isPage>
      {(found) => (
        <>
          <PageHeader
            title={found.name}
            hint={t('deployments.changedAt', { date: format.dateTime(found.updatedAt) })}
            actions={
              can('project:write') && (
                <ManageActions
                  name={found.name}
                  deleteText={t('deployments.deleteText')}
                  onRename={async (name) => {
                    await unwrap(deploymentsUpdate({ path: { projectId, deploymentId }, body: { name } }));
                    await queryClient.invalidateQueries({ queryKey: deploymentsQuery(projectId).queryKey });
                  }}
                  onDelete={async () => {
                    await unwrap(deploymentsDelete({ path: { projectId, deploymentId } }));
                    await navigate({ to: '/projects/$projectId/deployments', params: { projectId } });
                    const { queryKey } = deploymentsQuery(projectId);
                    await queryClient.invalidateQueries(othersThan(queryKey, deploymentId));
                  }}
                />
              )
            }
          />
          <div className="space-y-6">
            <DeploymentStrip deployment={found} />
            <CallTabs
              deployment={found}
              selected={tab}
              onSelect={(chosen) =>
                void navigate({
                  from: '/projects/$projectId/deployments/$deploymentId',
                  search: { tab: chosen },
                  replace: true,
                })
              }
              others={[{ key: 'traffic', label: t('traffic.title'), content: <TrafficTab deployment={found} /> }]}
            />
          </div>
        </>
      )}
    </QueryView>
  );
}
