import { useTranslation } from 'react-i18next';
import { ShownOnceDialog } from '../../ui/shown-once-dialog';

interface SecretDialogProps {
  secret: string;
  /** More to know about it. */
  hint?: string;
  onClose: () => void;
}

/** Shows an endpoint's secret, this once. */
export function SecretDialog({ secret, hint, onClose }: SecretDialogProps) {
  const { t } = useTranslation();
  return (
    <ShownOnceDialog
      title={t('webhooks.secret')}
      warning={t('webhooks.secretShownOnce')}
      label={t('webhooks.secret')}
      secret={secret}
      testId="webhook-secret"
      onClose={onClose}
    >
      <p>{hint ?? t('webhooks.secretUse')}</p>
    </ShownOnceDialog>
  );
}
