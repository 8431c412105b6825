import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button';
import { CodeBlock } from './code-block';
import { Dialog } from './dialog';
import { Notice } from './notice';

interface ShownOnceDialogProps {
  title: string;
  /** That it is shown this once. */
  warning: string;
  label: string;
  secret: string;
  testId: string;
  onClose: () => void;
  /** What to do with it. */
  children?: ReactNode;
}

/** Shows a secret, this once. */
export function ShownOnceDialog({ title, warning, label, secret, testId, onClose, children }: ShownOnceDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="space-y-4">
        <Notice tone="warning">{warning}</Notice>
        <CodeBlock label={label} code={secret} testId={testId} />
        {children}
        <div className="flex justify-end">
          <Button variant="primary" onClick={onClose}>
            {t('ui.done')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
