import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type ApiKey, apiKeysCreate, type ApiKeysCreateResponse, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { CodeBlock } from '../../ui/code-block';
import { Dialog } from '../../ui/dialog';
import { CheckboxField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { Notice } from '../../ui/notice';
import { deploymentsQuery } from '../deployments/deployments.queries';
import { curlSnippet } from '../deployments/snippets';
import { apiKeysQuery } from './api-keys.queries';

const SCOPES: ApiKey['scopes'] = ['recommendations:read', 'project:read', 'project:write', 'usage:read'];

interface NewApiKeyDialogProps {
  projectId: string;
  onClose: () => void;
}

export function NewApiKeyDialog({ projectId, onClose }: NewApiKeyDialogProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: (values: FormData) => {
      const scopes = values.getAll('scopes') as ApiKey['scopes'];
      return unwrap(apiKeysCreate({ path: { projectId }, body: { name: String(values.get('name')), scopes } }));
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
      <fieldset>
        <legend className="mb-1 font-medium">{t('apiKeys.scopes')}</legend>
        <div className="space-y-1.5">
          {SCOPES.map((scope) => (
            <CheckboxField
              key={scope}
              label={t(`scopes.${scope}`, { nsSeparator: false })}
              name="scopes"
              value={scope}
              hint={t(`scopeHints.${scope}`, { nsSeparator: false })}
              defaultChecked={scope === 'recommendations:read'}
            />
          ))}
        </div>
      </fieldset>
    </FormDialog>
  );
}

/** The only sight of the key, with a call that works at once. */
function CreatedApiKeyDialog({ created, onClose }: { created: ApiKeysCreateResponse; onClose: () => void }) {
  const { t } = useTranslation();
  const { data: deployments } = useQuery(deploymentsQuery(created.projectId));
  const deployment = deployments?.at(-1);
  const canRecommend = created.scopes.includes('recommendations:read');
  return (
    <Dialog title={t('apiKeys.created')} onClose={onClose}>
      <div className="space-y-4">
        <Notice tone="warning">{t('apiKeys.shownOnce')}</Notice>
        <CodeBlock label={t('apiKeys.key')} code={created.key} testId="api-key" />
        {deployment && canRecommend && (
          <div>
            <p className="mb-1 font-medium">{t('apiKeys.tryIt', { deployment: deployment.name })}</p>
            <CodeBlock
              label="curl"
              testId="curl"
              code={curlSnippet({
                origin: window.location.origin,
                deploymentId: deployment.id,
                key: created.key,
                body: { userId: 'user-1', limit: 5, excludeSeen: true },
              })}
            />
          </div>
        )}
        <div className="flex justify-end">
          <Button variant="primary" onClick={onClose}>
            {t('ui.done')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
