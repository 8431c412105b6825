import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { CodeBlock } from '../../ui/code-block';
import { Dialog } from '../../ui/dialog';
import { Notice } from '../../ui/notice';

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
    <Dialog title={t('webhooks.secret')} onClose={onClose}>
      <div className="space-y-4">
        <Notice tone="warning">{t('webhooks.secretShownOnce')}</Notice>
        <CodeBlock label={t('webhooks.secret')} code={secret} testId="webhook-secret" />
        <p>{hint ?? t('webhooks.secretUse')}</p>
        <div className="flex justify-end">
          <Button variant="primary" onClick={onClose}>
            {t('ui.done')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
