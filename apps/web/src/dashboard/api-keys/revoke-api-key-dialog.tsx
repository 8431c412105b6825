import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiKey, apiKeysRevoke, unwrap } from '../../api/client';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { apiKeysQuery } from './api-keys.queries';

/** Revoking cannot be undone and breaks whoever uses the key, so its name has to be typed. */
export function RevokeApiKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState('');
  const { projectId, id: apiKeyId, name } = apiKey;
  const revoke = useMutation({
    mutationFn: () => unwrap(apiKeysRevoke({ path: { projectId, apiKeyId } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: apiKeysQuery(projectId).queryKey });
      onClose();
    },
  });
  return (
    <FormDialog
      title={t('apiKeys.revokeTitle')}
      submitLabel={t('apiKeys.revokeSubmit')}
      onSubmit={() => revoke.mutate()}
      onClose={onClose}
      isBusy={revoke.isPending}
      isDanger
      isDisabled={typed.trim() !== name}
      error={revoke.error}
    >
      <p>{t('apiKeys.revokeText')}</p>
      <TextField
        label={t('apiKeys.revokeConfirm', { key: name })}
        name="confirmation"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        autoComplete="off"
      />
    </FormDialog>
  );
}
