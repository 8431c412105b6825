import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Plus, Table2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSet } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { StatusBadge } from '../../ui/status-badge';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { TextLink } from '../../ui/text-link';
import { useMe } from '../auth/auth.queries';
import { dataSetsQuery } from './data-sets.queries';
import { NewDataSetDialog } from './new-data-set-dialog';

export function DataSetsPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const { projectId } = useParams({ from: '/app/projects/$projectId/data-sets' });
  const dataSets = useQuery(dataSetsQuery(projectId));
  const [isCreating, setIsCreating] = useState(false);
  return (
    <>
      <PageHeader
        title={t('dataSets.title')}
        hint={t('dataSets.hint')}
        actions={
          can('project:write') && (
            <Button variant="primary" onClick={() => setIsCreating(true)}>
              <Plus aria-hidden />
              {t('dataSets.new')}
            </Button>
          )
        }
      />
      <QueryView query={dataSets}>
        {(rows) => (
          <Card isFlush>
            {rows.length === 0 ? (
              <EmptyState icon={Table2} title={t('dataSets.emptyTitle')}>
                {t('dataSets.emptyText')}
              </EmptyState>
            ) : (
              <DataSetsTable dataSets={rows} />
            )}
          </Card>
        )}
      </QueryView>
      {isCreating && <NewDataSetDialog projectId={projectId} onClose={() => setIsCreating(false)} />}
    </>
  );
}

function DataSetsTable({ dataSets }: { dataSets: DataSet[] }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const count = (value: number | null | undefined) => (value == null ? '—' : format.number(value));
  return (
    <Table label={t('dataSets.title')}>
      <thead>
        <tr>
          <HeaderCell>{t('ui.name')}</HeaderCell>
          <HeaderCell>{t('dataSets.kind')}</HeaderCell>
          <HeaderCell>{t('dataSets.latestImport')}</HeaderCell>
          <HeaderCell isNumber>{t('dataSets.accepted')}</HeaderCell>
          <HeaderCell isNumber>{t('dataSets.rejected')}</HeaderCell>
        </tr>
      </thead>
      <tbody>
        {dataSets.map(({ id, projectId, name, kind, latestImport, currentImport }) => (
          <tr key={id}>
            <Cell>
              <TextLink to="/projects/$projectId/data-sets/$dataSetId" params={{ projectId, dataSetId: id }}>
                {name}
              </TextLink>
            </Cell>
            <Cell>{terms.name('kinds', kind)}</Cell>
            <Cell>
              {latestImport ? (
                <StatusBadge status={latestImport.status} />
              ) : (
                <span className="text-muted">{t('dataSets.noFile')}</span>
              )}
            </Cell>
            <Cell isNumber>{count(currentImport?.rowsAccepted)}</Cell>
            <Cell isNumber>{count(currentImport?.rowsRejected)}</Cell>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
