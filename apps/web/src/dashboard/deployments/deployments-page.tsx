import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Rocket } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ListedDeployment, ProjectTraffic } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Card } from '../../ui/card';
import type { DataColumn } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { ListCard } from '../../ui/list-card';
import { PageHeader } from '../../ui/page-header';
import { RelativeTime } from '../../ui/relative-time';
import { TextLink } from '../../ui/text-link';
import { useCreatedColumn, useNameColumn } from '../../ui/use-list-columns';
import { deploymentListQuery, readDeploymentsView } from './deployments.queries';
import { callsIn, projectTrafficQuery, shareOfErrors } from './traffic.queries';

export function DeploymentsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { projectId } = useParams({ from: '/app/projects/$projectId/deployments' });
  const view = useSearch({ from: '/app/projects/$projectId/deployments' });
  const deployments = useInfiniteQuery(deploymentListQuery(projectId, view));
  const { data: traffic } = useQuery(projectTrafficQuery(projectId, 'day'));
  const columns = useColumns(traffic);
  return (
    <>
      <PageHeader title={t('deployments.title')} hint={t('deployments.hint')} />
      <ListCard
        label={t('deployments.title')}
        query={deployments}
        columns={columns}
        view={view}
        onView={(next) =>
          void navigate({
            to: '/projects/$projectId/deployments',
            params: { projectId },
            search: readDeploymentsView({ ...next }),
          })
        }
        searchHint={t('deployments.searchHint')}
        empty={
          <Card isFlush>
            <EmptyState icon={Rocket} title={t('deployments.emptyTitle')}>
              {t('deployments.emptyText')}
            </EmptyState>
          </Card>
        }
        onOpen={({ id }) =>
          void navigate({
            to: '/projects/$projectId/deployments/$deploymentId',
            params: { projectId, deploymentId: id },
          })
        }
      />
    </>
  );
}

/** @param traffic of the last day; undefined until it is counted */
function useColumns(traffic: ProjectTraffic | undefined): DataColumn<ListedDeployment>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const trafficOf = (id: string) => traffic?.deployments.find(({ deploymentId }) => deploymentId === id);
  const createdColumn = useCreatedColumn<ListedDeployment>();
  const nameColumn = useNameColumn<ListedDeployment>(({ id, projectId, name }) => (
    <TextLink to="/projects/$projectId/deployments/$deploymentId" params={{ projectId, deploymentId: id }}>
      {name}
    </TextLink>
  ));
  return [
    nameColumn,
    {
      key: 'version',
      name: t('deployments.live'),
      cell: ({ modelName, versionName, versionNumber }) => (
        <div className="max-w-64 break-words">
          {modelName}
          <p className="text-xs text-muted">{versionName || t('versions.name', { number: versionNumber })}</p>
        </div>
      ),
    },
    {
      key: 'requests',
      name: t('traffic.requestsOfDay'),
      isNumber: true,
      cell: ({ id }) => {
        const own = trafficOf(id);
        return traffic ? format.number(own ? callsIn(own) : 0) : '…';
      },
    },
    {
      key: 'p95',
      name: 'p95',
      isNumber: true,
      cell: ({ id }) => {
        const latency = trafficOf(id)?.latencyMs;
        return latency ? format.milliseconds(latency.p95) : '—';
      },
    },
    {
      key: 'errors',
      name: t('traffic.errors'),
      isNumber: true,
      cell: ({ id }) => {
        const own = trafficOf(id);
        return own ? format.share(shareOfErrors(own)!) : '—';
      },
    },
    {
      key: 'updatedAt',
      name: t('deployments.changed'),
      isSortable: true,
      cell: ({ updatedAt }) => <RelativeTime time={updatedAt} />,
    },
    createdColumn,
  ];
}
