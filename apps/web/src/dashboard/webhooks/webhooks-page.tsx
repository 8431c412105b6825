import { useQuery } from '@tanstack/react-query';
import { Plus, Webhook } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WebhookEndpoint } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { Cell, HeaderCell, Table } from '../../ui/table';
import { TextLink } from '../../ui/text-link';
import { useMe } from '../auth/auth.queries';
import { EndpointStateBadge } from './endpoint-state-badge';
import { NewEndpointDialog } from './new-endpoint-dialog';
import { endpointsQuery } from './webhooks.queries';

export function WebhooksPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const endpoints = useQuery(endpointsQuery);
  const [isCreating, setIsCreating] = useState(false);
  return (
    <>
      <PageHeader
        title={t('webhooks.title')}
        hint={t('webhooks.hint')}
        actions={
          can('webhooks:write') && (
            <Button variant="primary" onClick={() => setIsCreating(true)}>
              <Plus aria-hidden />
              {t('webhooks.new')}
            </Button>
          )
        }
      />
      <QueryView query={endpoints}>
        {(rows) => (
          <Card isFlush>
            {rows.length === 0 ? (
              <EmptyState icon={Webhook} title={t('webhooks.emptyTitle')}>
                {t('webhooks.emptyText')}
              </EmptyState>
            ) : (
              <EndpointsTable endpoints={rows} />
            )}
          </Card>
        )}
      </QueryView>
      {isCreating && <NewEndpointDialog onClose={() => setIsCreating(false)} />}
    </>
  );
}

function EndpointsTable({ endpoints }: { endpoints: WebhookEndpoint[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table label={t('webhooks.title')}>
      <thead>
        <tr>
          <HeaderCell>{t('webhooks.url')}</HeaderCell>
          <HeaderCell>{t('webhooks.state')}</HeaderCell>
          <HeaderCell>{t('webhooks.events')}</HeaderCell>
          <HeaderCell>{t('ui.created')}</HeaderCell>
        </tr>
      </thead>
      <tbody>
        {endpoints.map((endpoint) => (
          <tr key={endpoint.id}>
            <Cell className="min-w-56">
              <TextLink to="/webhooks/$endpointId" params={{ endpointId: endpoint.id }}>
                <span className="break-all">{endpoint.url}</span>
              </TextLink>
              {endpoint.description && <p className="text-xs text-muted">{endpoint.description}</p>}
            </Cell>
            <Cell>
              <EndpointStateBadge endpoint={endpoint} />
            </Cell>
            <Cell className="min-w-52">
              <EventBadges types={endpoint.eventTypes} />
            </Cell>
            <Cell className="whitespace-nowrap">{format.dateTime(endpoint.createdAt)}</Cell>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function EventBadges({ types }: { types: string[] }) {
  const { t } = useTranslation();
  const terms = useTerms();
  if (types.length === 0) return <Badge>{t('webhooks.everyEvent')}</Badge>;
  return (
    <span className="flex flex-wrap gap-1">
      {types.map((type) => (
        <Badge key={type}>{terms.name('events', type)}</Badge>
      ))}
    </span>
  );
}
