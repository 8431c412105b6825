import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { apiKeysCreate, ApiKeyScope, unwrap } from '../../api/client';
import { CheckboxField, FieldGroup, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { apiKeysQuery } from './api-keys.queries';
import { CreatedApiKeyDialog } from './created-api-key-dialog';
import { readRestrictions, RestrictionFields } from './restriction-fields';

interface NewApiKeyDialogProps {
  projectId: string;
  onClose: () => void;
}

export function NewApiKeyDialog({ projectId, onClose }: NewApiKeyDialogProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: (values: FormData) => {
      const scopes = values.getAll('scopes') as ApiKeyScope[];
      const body = { name: String(values.get('name')), scopes, ...readRestrictions(values) };
      return unwrap(apiKeysCreate({ path: { projectId }, body }));
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: apiKeysQuery(projectId).queryKey }),
  });
  if (create.data) return <CreatedApiKeyDialog created={create.data} onClose={onClose} />;
  return (
    <FormDialog
      title={t('apiKeys.new')}
      submitLabel={t('apiKeys.create')}
      onSubmit={create.mutate}
      onClose={onClose}
      isBusy={create.isPending}
      error={create.error}
    >
      <TextField label={t('ui.name')} name="name" hint={t('apiKeys.nameHint')} maxLength={120} required />
      <FieldGroup label={t('apiKeys.scopes')} name="scopes">
        {Object.values(ApiKeyScope).map((scope) => (
          <CheckboxField
            key={scope}
            label={t(`scopes.${scope}`, { nsSeparator: false })}
            name="scopes"
            value={scope}
            hint={t(`scopeHints.${scope}`, { nsSeparator: false })}
            defaultChecked={scope === ApiKeyScope.DEPLOYMENTS_CALL}
          />
        ))}
      </FieldGroup>
      <RestrictionFields projectId={projectId} />
    </FormDialog>
  );
}
