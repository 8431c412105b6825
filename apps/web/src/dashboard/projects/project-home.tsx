import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type ListedDeployment, type ProjectTraffic, trainingJobsList, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { isActive, StatusBadge } from '../../ui/status-badge';
import { TextLink } from '../../ui/text-link';
import { dataSetsQuery } from '../data-sets/data-sets.queries';
import { rowsOf } from '../data-sets/rows-of';
import { deploymentsQuery } from '../deployments/deployments.queries';
import { callsIn, projectTrafficQuery } from '../deployments/traffic.queries';
import { modelsQuery } from '../models/models.queries';
import { TrafficOverview } from './traffic-overview';

/** Of each list; the newest. */
const ROWS_SHOWN = 5;
const JOBS_POLL_MS = 2_000;

/** A project that answers: what it did of late, and what it stands on. */
export function ProjectHome({ projectId }: { projectId: string }) {
  const deployments = useQuery(deploymentsQuery(projectId));
  const { data: traffic } = useQuery(projectTrafficQuery(projectId, 'week'));
  const tasks = [...new Set(deployments.data?.map(({ task }) => task))];
  return (
    <div className="space-y-5">
      <TrafficOverview traffic={traffic} tasks={tasks} />
      <div className="grid gap-5 xl:grid-cols-2">
        <LiveCard projectId={projectId} deployments={deployments} traffic={traffic} />
        <DataCard projectId={projectId} />
      </div>
      <JobsCard projectId={projectId} />
    </div>
  );
}

interface NewestCardProps<Row> {
  title: string;
  query: UseQueryResult<Row[]>;
  columns: DataColumn<Row>[];
  /** Leads to all of them, where these are not all. */
  all?: ReactNode;
}

function NewestCard<Row extends { id: string }>({ title, query, columns, all }: NewestCardProps<Row>) {
  return (
    <Card title={title} actions={query.data && query.data.length > ROWS_SHOWN && all} isFlush>
      <QueryView query={query}>
        {(rows) => (
          <DataTable label={title} rows={rows.slice(0, ROWS_SHOWN)} keyOf={({ id }) => id} columns={columns} />
        )}
      </QueryView>
    </Card>
  );
}

interface LiveCardProps {
  projectId: string;
  deployments: UseQueryResult<ListedDeployment[]>;
  traffic: ProjectTraffic | undefined;
}

function LiveCard({ projectId, deployments, traffic }: LiveCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const callsOf = (id: string) => traffic?.deployments.find(({ deploymentId }) => deploymentId === id);
  return (
    <NewestCard
      title={t('projects.live')}
      query={deployments}
      all={
        <TextLink to="/projects/$projectId/deployments" params={{ projectId }}>
          {t('projects.showAll')}
        </TextLink>
      }
      columns={[
        {
          key: 'name',
          name: t('ui.name'),
          cell: ({ id, name }) => (
            <TextLink to="/projects/$projectId/deployments/$deploymentId" params={{ projectId, deploymentId: id }}>
              {name}
            </TextLink>
          ),
        },
        { key: 'model', name: t('deployments.model'), cell: ({ modelName }) => modelName },
        {
          key: 'requests',
          name: t('traffic.requests'),
          isNumber: true,
          cell: ({ id }) => {
            const own = callsOf(id);
            return traffic ? format.number(own ? callsIn(own) : 0) : '…';
          },
        },
        { key: 'changed', name: t('deployments.changed'), cell: ({ updatedAt }) => <RelativeTime time={updatedAt} /> },
      ]}
    />
  );
}

function DataCard({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const dataSets = useQuery(dataSetsQuery(projectId));
  return (
    <NewestCard
      title={t('dataSets.title')}
      query={dataSets}
      all={
        <TextLink to="/projects/$projectId/data-sets" params={{ projectId }}>
          {t('projects.showAll')}
        </TextLink>
      }
      columns={[
        {
          key: 'name',
          name: t('ui.name'),
          cell: ({ id, name }) => (
            <TextLink to="/projects/$projectId/data-sets/$dataSetId" params={{ projectId, dataSetId: id }}>
              {name}
            </TextLink>
          ),
        },
        {
          key: 'rows',
          name: t('projects.rows'),
          isNumber: true,
          cell: (dataSet) => format.number(rowsOf(dataSet)),
        },
        {
          key: 'age',
          name: t('projects.dataAge'),
          cell: ({ currentImport }) =>
            currentImport?.finishedAt ? <RelativeTime time={currentImport.finishedAt} /> : '—',
        },
      ]}
    />
  );
}

function JobsCard({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: models } = useQuery(modelsQuery(projectId));
  const jobs = useQuery({
    queryKey: ['training-jobs', projectId],
    queryFn: async () => (await unwrap(trainingJobsList({ path: { projectId }, query: { limit: ROWS_SHOWN } }))).data,
    refetchInterval: ({ state }) => state.data?.some(isActive) === true && JOBS_POLL_MS,
  });
  return (
    <NewestCard
      title={t('projects.recentTrainings')}
      query={jobs}
      columns={[
        {
          key: 'model',
          name: t('deployments.model'),
          cell: ({ modelId }) => (
            <TextLink to="/projects/$projectId/models/$modelId" params={{ projectId, modelId }}>
              {models?.find(({ id }) => id === modelId)?.name ?? modelId}
            </TextLink>
          ),
        },
        { key: 'status', name: t('projects.state'), cell: ({ status }) => <StatusBadge status={status} /> },
        { key: 'created', name: t('ui.created'), cell: ({ createdAt }) => <RelativeTime time={createdAt} /> },
        {
          key: 'duration',
          name: t('projects.duration'),
          isNumber: true,
          cell: ({ durationMs }) => (durationMs === null ? '—' : format.duration(durationMs)),
        },
      ]}
    />
  );
}
