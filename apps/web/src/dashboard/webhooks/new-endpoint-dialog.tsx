import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrap, webhooksCreateEndpoint } from '../../api/client';
import { FormDialog } from '../../ui/form-dialog';
import { EndpointFields, readEndpoint } from './endpoint-fields';
import { SecretDialog } from './secret-dialog';
import { endpointsQuery } from './webhooks.queries';

export function NewEndpointDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: (values: FormData) => unwrap(webhooksCreateEndpoint({ body: readEndpoint(values) })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: endpointsQuery.queryKey }),
  });
  if (create.data) return <SecretDialog secret={create.data.secret} onClose={onClose} />;
  return (
    <FormDialog
      title={t('webhooks.new')}
      submitLabel={t('webhooks.create')}
      onSubmit={create.mutate}
      onClose={onClose}
      isBusy={create.isPending}
      error={create.error}
    >
      <EndpointFields />
    </FormDialog>
  );
}
