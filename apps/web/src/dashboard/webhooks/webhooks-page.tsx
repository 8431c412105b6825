import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus, Webhook } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WebhookEndpoint } from '../../api/client';
import { useTerms } from '../../i18n/use-terms';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import type { DataColumn } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { ListCard } from '../../ui/list-card';
import { PageHeader } from '../../ui/page-header';
import { TextLink } from '../../ui/text-link';
import { useCreatedColumn } from '../../ui/use-list-columns';
import { useMe } from '../auth/auth.queries';
import { EndpointStateBadge } from './endpoint-state-badge';
import { NewEndpointDialog } from './new-endpoint-dialog';
import { ENDPOINT_STATES, endpointListQuery, readEndpointsView } from './webhooks.queries';

export function WebhooksPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const navigate = useNavigate();
  const view = useSearch({ from: '/app/webhooks' });
  const endpoints = useInfiniteQuery(endpointListQuery(view));
  const columns = useColumns();
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
      <ListCard
        label={t('webhooks.title')}
        query={endpoints}
        columns={columns}
        view={view}
        onView={(next) => void navigate({ to: '/webhooks', search: readEndpointsView({ ...next }) })}
        searchHint={t('webhooks.searchHint')}
        statuses={ENDPOINT_STATES.map((value) => ({ value, label: t(`webhooks.states.${value}`) }))}
        empty={
          <Card isFlush>
            <EmptyState icon={Webhook} title={t('webhooks.emptyTitle')}>
              {t('webhooks.emptyText')}
            </EmptyState>
          </Card>
        }
        onOpen={({ id }) => void navigate({ to: '/webhooks/$endpointId', params: { endpointId: id } })}
      />
      {isCreating && <NewEndpointDialog onClose={() => setIsCreating(false)} />}
    </>
  );
}

function useColumns(): DataColumn<WebhookEndpoint>[] {
  const { t } = useTranslation();
  const createdColumn = useCreatedColumn<WebhookEndpoint>();
  return [
    {
      key: 'url',
      name: t('webhooks.url'),
      isPinned: true,
      isSortable: true,
      startsAscending: true,
      cell: ({ id, url, description }) => (
        <div className="max-w-80 sm:min-w-56">
          <TextLink to="/webhooks/$endpointId" params={{ endpointId: id }}>
            <span className="break-all">{url}</span>
          </TextLink>
          {description && <p className="text-xs text-muted">{description}</p>}
        </div>
      ),
    },
    { key: 'status', name: t('webhooks.state'), cell: (endpoint) => <EndpointStateBadge endpoint={endpoint} /> },
    {
      key: 'events',
      name: t('webhooks.events'),
      cell: ({ eventTypes }) => (
        <div className="sm:min-w-52">
          <EventBadges types={eventTypes} />
        </div>
      ),
    },
    createdColumn,
  ];
}

function EventBadges({ types }: { types: string[] }) {
  const { t } = useTranslation();
  const terms = useTerms();
  if (types.length === 0) return <Badge>{t('webhooks.everyEvent')}</Badge>;
  return (
    <span className="flex flex-wrap gap-1 max-sm:justify-end">
      {types.map((type) => (
        <Badge key={type}>{terms.name('events', type)}</Badge>
      ))}
    </span>
  );
}
