import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Limit, limitsDelete, unwrap } from '../../api/client';
import { FormDialog } from '../../ui/form-dialog';
import { limitsQuery } from './limits.queries';
import type { LimitWords } from './use-limit-words';

interface DeleteLimitDialogProps {
  limit: Limit;
  words: LimitWords;
  onClose: () => void;
}

export function DeleteLimitDialog({ limit, words, onClose }: DeleteLimitDialogProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => unwrap(limitsDelete({ path: { limitId: limit.id } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: limitsQuery.queryKey });
      onClose();
    },
  });
  return (
    <FormDialog
      title={t('limits.deleteTitle')}
      submitLabel={t('limits.deleteSubmit')}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
      isBusy={remove.isPending}
      isDanger
      error={remove.error}
    >
      <p className="font-medium">
        {words.resource(limit.resource)}, {words.scope(limit)}
      </p>
      <p>{t('limits.deleteText')}</p>
    </FormDialog>
  );
}
