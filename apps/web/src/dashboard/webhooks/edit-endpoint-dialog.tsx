import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrap, type WebhookEndpoint, webhooksUpdateEndpoint } from '../../api/client';
import { FormDialog } from '../../ui/form-dialog';
import { EndpointFields, readEndpoint } from './endpoint-fields';
import { endpointsQuery } from './webhooks.queries';

interface EditEndpointDialogProps {
  endpoint: WebhookEndpoint;
  onClose: () => void;
}

export function EditEndpointDialog({ endpoint, onClose }: EditEndpointDialogProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const update = useMutation({
    mutationFn: (values: FormData) =>
      unwrap(webhooksUpdateEndpoint({ path: { endpointId: endpoint.id }, body: readEndpoint(values) })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: endpointsQuery.queryKey });
      onClose();
    },
  });
  return (
    <FormDialog
      title={t('webhooks.editTitle')}
      submitLabel={t('webhooks.save')}
      onSubmit={update.mutate}
      onClose={onClose}
      isBusy={update.isPending}
      error={update.error}
    >
      <EndpointFields endpoint={endpoint} />
    </FormDialog>
  );
}
