import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrap, webhooksRotateSecret } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { FormDialog } from '../../ui/form-dialog';
import { SecretDialog } from './secret-dialog';

interface RotateSecretDialogProps {
  endpointId: string;
  onClose: () => void;
}

/** Asks before rotating, because a second rotation within a day ends the older secret immediately. */
export function RotateSecretDialog({ endpointId, onClose }: RotateSecretDialogProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const rotate = useMutation({ mutationFn: () => unwrap(webhooksRotateSecret({ path: { endpointId } })) });
  if (rotate.data) {
    const { secret, previousSecretExpiresAt } = rotate.data;
    const until = format.dateTime(previousSecretExpiresAt);
    return <SecretDialog secret={secret} hint={t('webhooks.previousSigns', { until })} onClose={onClose} />;
  }
  return (
    <FormDialog
      title={t('webhooks.rotateTitle')}
      submitLabel={t('webhooks.rotateSubmit')}
      onSubmit={() => rotate.mutate()}
      onClose={onClose}
      isBusy={rotate.isPending}
      error={rotate.error}
    >
      <p>{t('webhooks.rotateText')}</p>
    </FormDialog>
  );
}
