import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { unwrap, type UserTokenSecret, userTokenSecretsCreate, userTokenSecretsRevoke } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { FormDialog } from '../../ui/form-dialog';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { ShownOnceDialog } from '../../ui/shown-once-dialog';
import { useMe } from '../auth/auth.queries';
import { userTokenSecretsQuery, useUserTokenSecretsChange } from './user-token-secrets.queries';

/** The API refuses more. */
const SECRETS_MAX = 2;

/** With what the customer's server signs who uses its pages. */
export function UserTokenSecretsCard({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const secrets = useQuery(userTokenSecretsQuery(projectId));
  const [isCreating, setCreating] = useState(false);
  return (
    <Card title={t('userTokens.title')} hint={t('userTokens.hint')}>
      <QueryView query={secrets}>
        {({ secrets: all }) => (
          <div className="space-y-4">
            {all.length === 0 && <p className="text-muted">{t('userTokens.none')}</p>}
            {all.length > 0 && (
              <ul className="divide-y divide-line">
                {all.map((secret) => (
                  <Secret key={secret.id} projectId={projectId} secret={secret} />
                ))}
              </ul>
            )}
            {all.length === SECRETS_MAX && <p className="text-muted">{t('userTokens.full')}</p>}
            {can('api-keys:write') && all.length < SECRETS_MAX && (
              <Button onClick={() => setCreating(true)}>{t('userTokens.new')}</Button>
            )}
          </div>
        )}
      </QueryView>
      {isCreating && <NewSecretDialog projectId={projectId} onClose={() => setCreating(false)} />}
    </Card>
  );
}

function Secret({ projectId, secret: { id, prefix, createdAt } }: { projectId: string; secret: UserTokenSecret }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const [isRevoking, setRevoking] = useState(false);
  return (
    <li className="flex flex-wrap items-center gap-2 py-3 first:pt-0">
      <p className="min-w-0 flex-1 basis-40">
        <code className="font-mono text-xs">{prefix}…</code>{' '}
        <span className="text-muted">
          {t('userTokens.made')} <RelativeTime time={createdAt} />
        </span>
      </p>
      {can('api-keys:write') && (
        <Button aria-label={t('userTokens.revokeNamed', { prefix })} onClick={() => setRevoking(true)}>
          {t('userTokens.revoke')}
        </Button>
      )}
      {isRevoking && <RevokeDialog projectId={projectId} id={id} prefix={prefix} onClose={() => setRevoking(false)} />}
    </li>
  );
}

function NewSecretDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const create = useUserTokenSecretsChange(projectId, () => unwrap(userTokenSecretsCreate({ path: { projectId } })));
  if (create.data)
    return (
      <ShownOnceDialog
        title={t('userTokens.created')}
        warning={t('userTokens.shownOnce')}
        label={t('userTokens.secret')}
        secret={create.data.secret}
        testId="user-token-secret"
        onClose={onClose}
      />
    );
  return (
    <FormDialog
      title={t('userTokens.new')}
      submitLabel={t('userTokens.create')}
      onSubmit={() => create.mutate()}
      onClose={onClose}
      isBusy={create.isPending}
      error={create.error}
    >
      <p>{t('userTokens.newText')}</p>
    </FormDialog>
  );
}

interface RevokeDialogProps {
  projectId: string;
  id: string;
  prefix: string;
  onClose: () => void;
}

function RevokeDialog({ projectId, id, prefix, onClose }: RevokeDialogProps) {
  const { t } = useTranslation();
  const path = { projectId, userTokenSecretId: id };
  const revoke = useUserTokenSecretsChange(projectId, () => unwrap(userTokenSecretsRevoke({ path })), onClose);
  return (
    <FormDialog
      title={t('userTokens.revokeNamed', { prefix })}
      submitLabel={t('userTokens.revoke')}
      onSubmit={() => revoke.mutate()}
      onClose={onClose}
      isBusy={revoke.isPending}
      isDanger
      error={revoke.error}
    >
      <p>{t('userTokens.revokeText')}</p>
    </FormDialog>
  );
}
