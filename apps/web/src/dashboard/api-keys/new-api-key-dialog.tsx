import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiKeyKind, apiKeysCreate, ApiKeyScope, unwrap } from '../../api/client';
import { CheckboxField, FieldGroup, SelectField, TextAreaField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { apiKeysQuery } from './api-keys.queries';
import { CreatedApiKeyDialog } from './created-api-key-dialog';
import { readLines, readRestrictions, RestrictionFields } from './restriction-fields';

interface NewApiKeyDialogProps {
  projectId: string;
  onClose: () => void;
}

export function NewApiKeyDialog({ projectId, onClose }: NewApiKeyDialogProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [kind, setKind] = useState<ApiKeyKind>(ApiKeyKind.SECRET);
  const isPublishable = kind === ApiKeyKind.PUBLISHABLE;
  const create = useMutation({
    mutationFn: (values: FormData) => {
      const may = isPublishable
        ? { allowedOrigins: readLines(values, 'allowedOrigins') }
        : { scopes: values.getAll('scopes') as ApiKeyScope[] };
      const body = { name: String(values.get('name')), kind, ...may, ...readRestrictions(values) };
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
      <SelectField
        label={t('apiKeys.kind')}
        name="kind"
        hint={t(`apiKeys.kindHints.${kind}`)}
        value={kind}
        onChange={(event) => setKind(event.target.value as ApiKeyKind)}
      >
        {Object.values(ApiKeyKind).map((each) => (
          <option key={each} value={each}>
            {t(`keyKinds.${each}`)}
          </option>
        ))}
      </SelectField>
      {isPublishable ? (
        <TextAreaField
          label={t('apiKeys.allowedOrigins')}
          name="allowedOrigins"
          hint={t('apiKeys.allowedOriginsHint')}
          placeholder={'https://shop.example\nhttp://localhost:3000'}
          className="font-mono"
          spellCheck={false}
          required
        />
      ) : (
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
      )}
      <RestrictionFields projectId={projectId} />
    </FormDialog>
  );
}
