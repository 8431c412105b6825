import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Plus, Table2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { DataSet } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { buttonClass } from '../../ui/button';
import { Card } from '../../ui/card';
import type { DataColumn } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { ListCard } from '../../ui/list-card';
import { PageHeader } from '../../ui/page-header';
import { RelativeTime } from '../../ui/relative-time';
import { StatusBadge } from '../../ui/status-badge';
import { TextLink } from '../../ui/text-link';
import { useCreatedColumn, useNameColumn } from '../../ui/use-list-columns';
import { useMe } from '../auth/auth.queries';
import { dataSetListQuery, readDataSetsView, STATUSES } from './data-sets.queries';
import { MadeData } from './made-data';
import { ImportForm } from './preview/import-form';
import { ProvenanceBadge } from './provenance-badge';
import { hasRows, rowsOf } from './rows-of';

export function DataSetsPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const navigate = useNavigate();
  const { projectId } = useParams({ from: '/app/projects/$projectId/data-sets' });
  const view = useSearch({ from: '/app/projects/$projectId/data-sets' });
  const dataSets = useInfiniteQuery(dataSetListQuery(projectId, view));
  const columns = useColumns();
  return (
    <>
      <PageHeader
        title={t('dataSets.title')}
        hint={t('dataSets.hint')}
        actions={
          can('project:write') && (
            <Link to="/projects/$projectId/data-sets/new" params={{ projectId }} className={buttonClass('primary')}>
              <Plus aria-hidden />
              {t('dataSets.new')}
            </Link>
          )
        }
      />
      <ListCard
        label={t('dataSets.title')}
        query={dataSets}
        columns={columns}
        view={view}
        onView={(next) =>
          void navigate({
            to: '/projects/$projectId/data-sets',
            params: { projectId },
            search: readDataSetsView({ ...next }),
          })
        }
        searchHint={t('lists.nameOrId')}
        statuses={STATUSES.map((value) => ({
          value,
          label: value === 'empty' ? t('dataSets.noFile') : t(`status.${value}`),
        }))}
        empty={<Empty projectId={projectId} />}
        onOpen={({ id }) =>
          void navigate({ to: '/projects/$projectId/data-sets/$dataSetId', params: { projectId, dataSetId: id } })
        }
      />
    </>
  );
}

function Empty({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const { can } = useMe();
  return (
    <div className="space-y-5">
      <Card isFlush>
        <EmptyState icon={Table2} title={t('dataSets.emptyTitle')}>
          {t('dataSets.emptyText')}
        </EmptyState>
      </Card>
      {can('project:write') && (
        <>
          <ImportForm projectId={projectId} />
          <MadeData projectId={projectId} />
        </>
      )}
    </div>
  );
}

function useColumns(): DataColumn<DataSet>[] {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const createdColumn = useCreatedColumn<DataSet>();
  const nameColumn = useNameColumn<DataSet>(({ id, projectId, name, provenance }) => (
    <span className="inline-flex flex-wrap items-center gap-2">
      <TextLink to="/projects/$projectId/data-sets/$dataSetId" params={{ projectId, dataSetId: id }}>
        {name}
      </TextLink>
      <ProvenanceBadge provenance={provenance} />
    </span>
  ));
  return [
    nameColumn,
    { key: 'kind', name: t('dataSets.kind'), cell: ({ kind }) => terms.name('kinds', kind) },
    {
      key: 'status',
      name: t('dataSets.latestImport'),
      cell: ({ latestImport }) =>
        latestImport ? (
          <StatusBadge status={latestImport.status} />
        ) : (
          <span className="text-muted">{t('dataSets.noFile')}</span>
        ),
    },
    {
      key: 'rows',
      name: t('projects.rows'),
      isNumber: true,
      isSortable: true,
      cell: (dataSet) => (hasRows(dataSet) ? format.number(rowsOf(dataSet)) : '—'),
    },
    {
      key: 'rejected',
      name: t('dataSets.rejected'),
      isNumber: true,
      cell: ({ currentImport }) => (currentImport ? format.number(currentImport.rowsRejected ?? 0) : '—'),
    },
    {
      key: 'importedAt',
      name: t('projects.dataAge'),
      isSortable: true,
      cell: ({ currentImport }) => (currentImport?.finishedAt ? <RelativeTime time={currentImport.finishedAt} /> : '—'),
    },
    createdColumn,
  ];
}
