import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { WebhookEndpoint } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { NotFoundPage } from '../../shell/error-pages';
import { Card } from '../../ui/card';
import { FactList } from '../../ui/fact-list';
import { Notice } from '../../ui/notice';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { TextLink } from '../../ui/text-link';
import { useMe } from '../auth/auth.queries';
import { DeliveriesCard } from './deliveries-card';
import { EndpointActions } from './endpoint-actions';
import { EndpointStateBadge } from './endpoint-state-badge';
import { endpointsQuery } from './webhooks.queries';

export function WebhookEndpointPage() {
  const { t } = useTranslation();
  const { can } = useMe();
  const { endpointId } = useParams({ from: '/app/webhooks/$endpointId' });
  const endpoints = useQuery(endpointsQuery);
  return (
    <QueryView query={endpoints} isPage>
      {(rows) => {
        const endpoint = rows.find(({ id }) => id === endpointId);
        if (!endpoint) return <NotFoundPage />;
        return (
          <>
            <p className="mb-1">
              <TextLink to="/webhooks">{t('webhooks.title')}</TextLink>
            </p>
            <PageHeader title={endpoint.url} hint={endpoint.description} />
            {can('webhooks:write') && <EndpointActions endpoint={endpoint} />}
            <div className="space-y-5">
              <EndpointCard endpoint={endpoint} />
              <DeliveriesCard endpoint={endpoint} />
            </div>
          </>
        );
      }}
    </QueryView>
  );
}

function EndpointCard({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const { eventTypes, createdAt, failingSince, disabledAt, disabledReason } = endpoint;
  return (
    <Card title={t('webhooks.endpoint')} actions={<EndpointStateBadge endpoint={endpoint} />}>
      <div className="space-y-4">
        {disabledReason && <Notice tone="warning">{terms.sentences(disabledReason)}</Notice>}
        <FactList
          facts={[
            {
              name: t('webhooks.events'),
              value: eventTypes.map((type) => terms.name('events', type)).join(', ') || t('webhooks.everyEvent'),
            },
            { name: t('ui.created'), value: format.dateTime(createdAt) },
            { name: t('webhooks.failingSince'), value: failingSince && format.dateTime(failingSince) },
            { name: t('webhooks.disabledAt'), value: disabledAt && format.dateTime(disabledAt) },
          ]}
        />
      </div>
    </Card>
  );
}
