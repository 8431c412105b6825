import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button';
import { Dialog } from './dialog';
import { Form } from './form';

interface FormDialogProps {
  title: string;
  submitLabel: string;
  onSubmit: (values: FormData) => void;
  onClose: () => void;
  isBusy: boolean;
  error: unknown;
  children: ReactNode;
  isDanger?: boolean;
  isDisabled?: boolean;
}

/** The usual dialog: a form, Cancel, and one button that carries it out. */
export function FormDialog({
  title,
  submitLabel,
  onSubmit,
  onClose,
  isBusy,
  error,
  children,
  isDanger,
  isDisabled,
}: FormDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        onSubmit={onSubmit}
        error={error}
        actions={
          <>
            <Button onClick={onClose}>{t('ui.cancel')}</Button>
            <Button type="submit" variant={isDanger ? 'danger' : 'primary'} isBusy={isBusy} disabled={isDisabled}>
              {submitLabel}
            </Button>
          </>
        }
      >
        {children}
      </Form>
    </Dialog>
  );
}
