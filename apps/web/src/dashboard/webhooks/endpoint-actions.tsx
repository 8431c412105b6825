import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { unwrap, type WebhookEndpoint, webhooksTest, webhooksUpdateEndpoint } from '../../api/client';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { DeleteEndpointDialog } from './delete-endpoint-dialog';
import { EditEndpointDialog } from './edit-endpoint-dialog';
import { RotateSecretDialog } from './rotate-secret-dialog';
import { deliveriesQuery, endpointsQuery } from './webhooks.queries';

type Asking = 'edit' | 'rotate' | 'delete' | null;

export function EndpointActions({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<Asking>(null);
  const { id: endpointId, isEnabled } = endpoint;
  const test = useMutation({
    mutationFn: () => unwrap(webhooksTest({ path: { endpointId } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: deliveriesQuery(endpointId).queryKey.slice(0, 2) }),
  });
  const toggle = useMutation({
    mutationFn: () => unwrap(webhooksUpdateEndpoint({ path: { endpointId }, body: { isEnabled: !isEnabled } })),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: endpointsQuery.queryKey }),
        queryClient.invalidateQueries({ queryKey: deliveriesQuery(endpointId).queryKey.slice(0, 2) }),
      ]),
  });
  const error = test.error ?? toggle.error;
  const close = () => setAsking(null);
  return (
    <div className="mb-5 space-y-3">
      <div className="flex flex-wrap gap-2">
        <Button disabled={!isEnabled} isBusy={test.isPending} onClick={() => test.mutate()}>
          {t('webhooks.test')}
        </Button>
        <Button onClick={() => setAsking('rotate')}>{t('webhooks.rotate')}</Button>
        <Button onClick={() => setAsking('edit')}>{t('webhooks.edit')}</Button>
        <Button isBusy={toggle.isPending} onClick={() => toggle.mutate()}>
          {isEnabled ? t('webhooks.disable') : t('webhooks.enable')}
        </Button>
        <Button onClick={() => setAsking('delete')}>{t('ui.delete')}</Button>
      </div>
      {error && <ProblemNotice error={error} />}
      {asking === 'rotate' && <RotateSecretDialog endpointId={endpointId} onClose={close} />}
      {asking === 'edit' && <EditEndpointDialog endpoint={endpoint} onClose={close} />}
      {asking === 'delete' && <DeleteEndpointDialog endpoint={endpoint} onClose={close} />}
    </div>
  );
}
