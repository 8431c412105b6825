import { useTranslation } from 'react-i18next';
import type { WebhookEndpoint } from '../../api/client';
import { Badge } from '../../ui/badge';

/** Whether messages are sent there, and arrive. */
export function EndpointStateBadge({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { t } = useTranslation();
  if (!endpoint.isEnabled) return <Badge>{t('webhooks.states.disabled')}</Badge>;
  if (endpoint.failingSince) return <Badge tone="warning">{t('webhooks.states.failing')}</Badge>;
  return <Badge tone="success">{t('webhooks.states.enabled')}</Badge>;
}
