import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Rocket } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { TextLink } from '../../ui/text-link';
import { modelsQuery } from '../models/models.queries';
import { deploymentsQuery } from './deployments.queries';

export function DeploymentsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { projectId } = useParams({ from: '/app/projects/$projectId/deployments' });
  const deployments = useQuery(deploymentsQuery(projectId));
  const { data: models } = useQuery(modelsQuery(projectId));
  return (
    <>
      <PageHeader title={t('deployments.title')} hint={t('deployments.hint')} />
      <QueryView query={deployments}>
        {(rows) => (
          <Card isFlush>
            {rows.length === 0 ? (
              <EmptyState icon={Rocket} title={t('deployments.emptyTitle')}>
                {t('deployments.emptyText')}
              </EmptyState>
            ) : (
              <Table label={t('deployments.title')}>
                <thead>
                  <tr>
                    <HeaderCell>{t('ui.name')}</HeaderCell>
                    <HeaderCell>{t('deployments.model')}</HeaderCell>
                    <HeaderCell>{t('deployments.changed')}</HeaderCell>
                    <HeaderCell>{t('ui.created')}</HeaderCell>
                  </tr>
                </thead>
                <tbody>
                  {rows.map(({ id, name, modelId, updatedAt, createdAt }) => (
                    <tr key={id}>
                      <Cell>
                        <TextLink
                          to="/projects/$projectId/deployments/$deploymentId"
                          params={{ projectId, deploymentId: id }}
                        >
                          {name}
                        </TextLink>
                      </Cell>
                      <Cell>{models?.find((model) => model.id === modelId)?.name ?? '—'}</Cell>
                      <Cell className="whitespace-nowrap">{format.dateTime(updatedAt)}</Cell>
                      <Cell className="whitespace-nowrap">{format.dateTime(createdAt)}</Cell>
                    </tr>
                  ))}
                </tbody>
              </Table>
            )}
          </Card>
        )}
      </QueryView>
    </>
  );
}
