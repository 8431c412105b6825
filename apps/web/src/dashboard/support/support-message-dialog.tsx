import { useMutation } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { supportMessagesSend, unwrap } from '../../api/client';
import { TextAreaField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { toast } from '../../ui/toasts';

const CHARACTERS_MAX = 2_000;

/** Writes to whoever runs this installation, with the page that it is about. */
export function SupportMessageDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const send = useMutation({
    mutationFn: (text: string) => unwrap(supportMessagesSend({ body: { text, page: pathname } })),
    onSuccess: () => {
      toast(t('support.sent'));
      onClose();
    },
  });
  return (
    <FormDialog
      title={t('support.title')}
      submitLabel={t('support.submit')}
      onSubmit={(values) => send.mutate(String(values.get('text')))}
      onClose={onClose}
      isBusy={send.isPending}
      error={send.error}
    >
      <TextAreaField
        label={t('support.text')}
        name="text"
        hint={t('support.hint')}
        rows={6}
        maxLength={CHARACTERS_MAX}
        required
      />
    </FormDialog>
  );
}
