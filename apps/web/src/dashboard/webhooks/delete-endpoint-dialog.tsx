import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { unwrap, type WebhookEndpoint, webhooksDeleteEndpoint } from '../../api/client';
import { FormDialog } from '../../ui/form-dialog';
import { endpointsQuery } from './webhooks.queries';

interface DeleteEndpointDialogProps {
  endpoint: WebhookEndpoint;
  onClose: () => void;
}

export function DeleteEndpointDialog({ endpoint, onClose }: DeleteEndpointDialogProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => unwrap(webhooksDeleteEndpoint({ path: { endpointId: endpoint.id } })),
    onSuccess: async () => {
      await navigate({ to: '/webhooks' });
      await queryClient.invalidateQueries({ queryKey: endpointsQuery.queryKey });
    },
  });
  return (
    <FormDialog
      title={t('webhooks.deleteTitle')}
      submitLabel={t('webhooks.deleteSubmit')}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
      isBusy={remove.isPending}
      isDanger
      error={remove.error}
    >
      <p className="font-mono text-xs break-all">{endpoint.url}</p>
      <p>{t('webhooks.deleteText')}</p>
    </FormDialog>
  );
}
