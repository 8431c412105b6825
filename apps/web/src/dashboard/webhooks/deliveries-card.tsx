import { useInfiniteQuery } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { WebhookDeliveryStatus, type WebhookEndpoint } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { EmptyState } from '../../ui/empty-state';
import { MoreButton } from '../../ui/more-button';
import { QueryView } from '../../ui/query-view';
import { Select } from '../../ui/select';
import { HeaderCell, Table } from '../../ui/table';
import { useMe } from '../auth/auth.queries';
import { DeliveryRow } from './delivery-row';
import { ReplayDialog } from './replay-dialog';
import { deliveriesQuery } from './webhooks.queries';

/** What was sent or is to be sent to an endpoint, newest first. */
export function DeliveriesCard({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const [status, setStatus] = useState<WebhookDeliveryStatus>();
  const [isReplaying, setIsReplaying] = useState(false);
  const deliveries = useInfiniteQuery(deliveriesQuery(endpoint.id, status));
  const canReplay = can('webhooks:write') && endpoint.isEnabled;
  return (
    <Card
      title={t('webhooks.deliveries')}
      hint={t('webhooks.deliveriesHint')}
      isFlush
      actions={
        <div className="flex flex-wrap gap-2">
          <Select
            aria-label={t('webhooks.status')}
            value={status ?? ''}
            onChange={(event) => setStatus((event.target.value || undefined) as WebhookDeliveryStatus | undefined)}
          >
            <option value="">{t('webhooks.anyStatus')}</option>
            {Object.values(WebhookDeliveryStatus).map((each) => (
              <option key={each} value={each}>
                {t(`deliveryStatus.${each}`)}
              </option>
            ))}
          </Select>
          {canReplay && <Button onClick={() => setIsReplaying(true)}>{t('webhooks.replayFailed')}</Button>}
        </div>
      }
    >
      <QueryView query={deliveries}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) {
            return (
              <EmptyState icon={Send} title={t('webhooks.noDeliveriesTitle')}>
                {t('webhooks.noDeliveriesText')}
              </EmptyState>
            );
          }
          return (
            <>
              <Table label={t('webhooks.deliveries')}>
                <thead>
                  <tr>
                    <HeaderCell>{t('webhooks.event')}</HeaderCell>
                    <HeaderCell>{t('webhooks.status')}</HeaderCell>
                    <HeaderCell isNumber>{t('webhooks.attempts')}</HeaderCell>
                    <HeaderCell>{t('webhooks.answer')}</HeaderCell>
                    <HeaderCell>
                      <span className="sr-only">{t('ui.actions')}</span>
                    </HeaderCell>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((delivery) => (
                    <DeliveryRow key={delivery.id} delivery={delivery} canReplay={canReplay} />
                  ))}
                </tbody>
              </Table>
              <MoreButton query={deliveries} />
            </>
          );
        }}
      </QueryView>
      {isReplaying && <ReplayDialog endpointId={endpoint.id} onClose={() => setIsReplaying(false)} />}
    </Card>
  );
}
