import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { unwrap, webhooksReplayFailed } from '../../api/client';
import { Button } from '../../ui/button';
import { DateTimeField, readTime, toLocalTime } from '../../ui/date-time-field';
import { Dialog } from '../../ui/dialog';
import { FormDialog } from '../../ui/form-dialog';
import { Notice } from '../../ui/notice';
import { deliveriesQuery } from './webhooks.queries';

const DAY_MS = 86_400_000;

interface ReplayDialogProps {
  endpointId: string;
  onClose: () => void;
}

/** Sends again all that failed while the endpoint was away. */
export function ReplayDialog({ endpointId, onClose }: ReplayDialogProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [yesterday] = useState(() => toLocalTime(new Date(Date.now() - DAY_MS)));
  const replay = useMutation({
    mutationFn: (values: FormData) =>
      unwrap(webhooksReplayFailed({ path: { endpointId }, body: { since: readTime(values, 'since')! } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: deliveriesQuery(endpointId).queryKey.slice(0, 2) }),
  });
  if (replay.data) {
    return (
      <Dialog title={t('webhooks.replayFailed')} onClose={onClose}>
        <div className="space-y-4">
          <Notice tone="success">{t('webhooks.replayed', { count: replay.data.queued })}</Notice>
          <div className="flex justify-end">
            <Button variant="primary" onClick={onClose}>
              {t('ui.done')}
            </Button>
          </div>
        </div>
      </Dialog>
    );
  }
  return (
    <FormDialog
      title={t('webhooks.replayFailed')}
      submitLabel={t('webhooks.replaySubmit')}
      onSubmit={replay.mutate}
      onClose={onClose}
      isBusy={replay.isPending}
      error={replay.error}
    >
      <DateTimeField
        label={t('webhooks.since')}
        name="since"
        hint={t('webhooks.sinceHint')}
        defaultValue={yesterday}
        required
      />
    </FormDialog>
  );
}
