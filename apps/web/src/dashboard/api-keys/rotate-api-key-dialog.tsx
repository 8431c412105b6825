import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type ApiKey, apiKeysRotate, unwrap } from '../../api/client';
import { SelectField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { apiKeysQuery } from './api-keys.queries';
import { CreatedApiKeyDialog } from './created-api-key-dialog';

const GRACES_HOURS = [0, 24, 168] as const;

/** A new key with the same settings; the old one keeps working for a while, so that its users can switch. */
export function RotateApiKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { projectId, id: apiKeyId, name } = apiKey;
  const rotate = useMutation({
    mutationFn: (values: FormData) =>
      unwrap(apiKeysRotate({ path: { projectId, apiKeyId }, body: { graceHours: Number(values.get('graceHours')) } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: apiKeysQuery(projectId).queryKey }),
  });
  if (rotate.data) return <CreatedApiKeyDialog created={rotate.data} onClose={onClose} />;
  return (
    <FormDialog
      title={t('apiKeys.rotateTitle', { key: name })}
      submitLabel={t('apiKeys.rotateSubmit')}
      onSubmit={rotate.mutate}
      onClose={onClose}
      isBusy={rotate.isPending}
      error={rotate.error}
    >
      <p>{t('apiKeys.rotateText')}</p>
      <SelectField label={t('apiKeys.grace')} name="graceHours" hint={t('apiKeys.graceHint')} defaultValue={24}>
        {GRACES_HOURS.map((hours) => (
          <option key={hours} value={hours}>
            {t(`apiKeys.graces.${hours}`)}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
}
