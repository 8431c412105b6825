import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { trainingJobsList, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { Sparkline } from '../../ui/chart/sparkline';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { StatusBadge } from '../../ui/status-badge';
import { TextLink } from '../../ui/text-link';
import { useMe } from '../auth/auth.queries';
import { dataSetsQuery } from '../data-sets/data-sets.queries';
import { deploymentsQuery } from '../deployments/deployments.queries';
import { modelsQuery } from '../models/models.queries';
import { shownMeters } from '../usage/shown-meters';
import { sumDecimals } from '../usage/sum-decimals';
import { listDays, metersQuery, usageQuery } from '../usage/usage.queries';

const DAYS = 7;
const JOBS_SHOWN = 5;

/** A project that answers: what it did of late, and what it stands on. */
export function ProjectHome({ projectId }: { projectId: string }) {
  const { can } = useMe();
  return (
    <div className="space-y-5">
      {can('usage:read') && <UsageTiles projectId={projectId} />}
      <div className="grid gap-5 xl:grid-cols-2">
        <LiveCard projectId={projectId} />
        <DataCard projectId={projectId} />
      </div>
      <JobsCard projectId={projectId} />
    </div>
  );
}

function UsageTiles({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const { data: meters = [] } = useQuery(metersQuery);
  const { data: usage } = useQuery(usageQuery({ days: DAYS, step: 'day', projectId }, 'day'));
  const rows = usage?.rows ?? [];
  const used = shownMeters(
    meters,
    rows.map(({ meter }) => meter),
  );
  return (
    <dl className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-4">
      {used.map((meter) => {
        const ofMeter = rows.filter((row) => row.meter === meter);
        const daily = listDays(DAYS).map((day) => Number(ofMeter.find((row) => row.day === day)?.quantity ?? 0));
        return (
          <div key={meter} className="rounded-lg border border-line bg-surface px-4 py-3.5">
            <dt className="text-muted">{terms.name('meters', meter)}</dt>
            <dd className="mt-1 flex items-end justify-between gap-3">
              <span>
                <span className="block text-3xl font-semibold tracking-tight tabular-nums">
                  {format.number(sumDecimals(ofMeter.map(({ quantity }) => quantity)), { notation: 'compact' })}
                </span>
                <span className="text-xs text-muted">{t('projects.lastDays', { count: DAYS })}</span>
              </span>
              <Sparkline values={daily} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

interface ListCardProps<Row> {
  title: string;
  query: UseQueryResult<Row[]>;
  columns: DataColumn<Row>[];
}

function ListCard<Row extends { id: string }>({ title, query, columns }: ListCardProps<Row>) {
  return (
    <Card title={title} isFlush>
      <QueryView query={query}>
        {(rows) => <DataTable label={title} rows={rows} keyOf={({ id }) => id} columns={columns} />}
      </QueryView>
    </Card>
  );
}

function LiveCard({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const deployments = useQuery(deploymentsQuery(projectId));
  const { data: models } = useQuery(modelsQuery(projectId));
  return (
    <ListCard
      title={t('projects.live')}
      query={deployments}
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
        {
          key: 'model',
          name: t('deployments.model'),
          cell: ({ modelId }) => models?.find(({ id }) => id === modelId)?.name ?? '—',
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
    <ListCard
      title={t('dataSets.title')}
      query={dataSets}
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
          cell: ({ currentImport }) => format.number(currentImport?.rowsAccepted ?? 0),
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
    queryFn: async () => (await unwrap(trainingJobsList({ path: { projectId }, query: { limit: JOBS_SHOWN } }))).data,
  });
  return (
    <ListCard
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
