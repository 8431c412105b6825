import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Boxes, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSet, Model } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { TextLink } from '../../ui/text-link';
import { useMe } from '../auth/auth.queries';
import { dataSetsQuery } from '../data-sets/data-sets.queries';
import { modelsQuery } from './models.queries';
import { NewModelDialog } from './new-model-dialog';

export function ModelsPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const { projectId } = useParams({ from: '/app/projects/$projectId/models' });
  const models = useQuery(modelsQuery(projectId));
  const dataSets = useQuery(dataSetsQuery(projectId));
  const [isCreating, setIsCreating] = useState(false);
  return (
    <>
      <PageHeader
        title={t('models.title')}
        hint={t('models.hint')}
        actions={
          can('project:write') && (
            <Button variant="primary" onClick={() => setIsCreating(true)}>
              <Plus aria-hidden />
              {t('models.new')}
            </Button>
          )
        }
      />
      <QueryView query={models}>
        {(rows) => (
          <Card isFlush>
            {rows.length === 0 ? (
              <EmptyState icon={Boxes} title={t('models.emptyTitle')}>
                {t('models.emptyText')}
              </EmptyState>
            ) : (
              <ModelsTable models={rows} dataSets={dataSets.data ?? []} />
            )}
          </Card>
        )}
      </QueryView>
      {isCreating && <NewModelDialog projectId={projectId} onClose={() => setIsCreating(false)} />}
    </>
  );
}

function ModelsTable({ models, dataSets }: { models: Model[]; dataSets: DataSet[] }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const nameOf = (dataSetId: string) => dataSets.find(({ id }) => id === dataSetId)?.name ?? '—';
  return (
    <Table label={t('models.title')}>
      <thead>
        <tr>
          <HeaderCell>{t('ui.name')}</HeaderCell>
          <HeaderCell>{t('models.recipe')}</HeaderCell>
          <HeaderCell>{t('models.sources')}</HeaderCell>
          <HeaderCell>{t('ui.created')}</HeaderCell>
        </tr>
      </thead>
      <tbody>
        {models.map(({ id, projectId, name, recipe, sources, createdAt }) => (
          <tr key={id}>
            <Cell>
              <TextLink to="/projects/$projectId/models/$modelId" params={{ projectId, modelId: id }}>
                {name}
              </TextLink>
            </Cell>
            <Cell>{terms.name('recipes', recipe)}</Cell>
            <Cell>{Object.values(sources).map(nameOf).join(', ')}</Cell>
            <Cell className="whitespace-nowrap">{format.dateTime(createdAt)}</Cell>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
