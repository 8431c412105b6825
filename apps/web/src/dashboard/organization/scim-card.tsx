import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ScimToken, scimTokensCreate, scimTokensRevoke, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { CodeBlock } from '../../ui/code-block';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { ShownOnceDialog } from '../../ui/shown-once-dialog';
import { scimQuery, useScimChange } from './scim.queries';

/** The API refuses more. */
const TOKENS_MAX = 2;

/** With what the organization's directory keeps its people in step. */
export function ScimCard({ hasVerifiedDomain }: { hasVerifiedDomain: boolean }) {
  const { t } = useTranslation();
  const scim = useQuery(scimQuery);
  const [isCreating, setCreating] = useState(false);
  return (
    <Card title={t('scim.title')} hint={t('scim.hint')}>
      <QueryView query={scim}>
        {({ baseUrl, tokens }) => (
          <div className="space-y-4">
            <CodeBlock label={t('scim.baseUrl')} code={baseUrl} />
            {!hasVerifiedDomain && <p className="text-muted">{t('scim.domainNeeded')}</p>}
            {tokens.length === 0 && <p className="text-muted">{t('scim.none')}</p>}
            {tokens.length > 0 && (
              <ul className="divide-y divide-line">
                {tokens.map((token) => (
                  <Token key={token.id} {...token} />
                ))}
              </ul>
            )}
            {tokens.length < TOKENS_MAX ? (
              <Button onClick={() => setCreating(true)}>{t('scim.new')}</Button>
            ) : (
              <p className="text-muted">{t('scim.full')}</p>
            )}
          </div>
        )}
      </QueryView>
      {isCreating && <NewTokenDialog onClose={() => setCreating(false)} />}
    </Card>
  );
}

function Token({ id, name, prefix, lastUsedAt }: ScimToken) {
  const { t } = useTranslation();
  const [isRevoking, setRevoking] = useState(false);
  return (
    <li className="flex flex-wrap items-center gap-2 py-3 first:pt-0">
      <div className="min-w-0 flex-1 basis-40">
        <p className="font-medium wrap-anywhere">{name}</p>
        <p className="text-muted">
          <code className="font-mono text-xs">{prefix}…</code>
          {' · '}
          {lastUsedAt ? (
            <>
              {t('scim.lastUsed')} <RelativeTime time={lastUsedAt} />
            </>
          ) : (
            t('scim.never')
          )}
        </p>
      </div>
      <Button aria-label={t('scim.revokeOf', { name })} onClick={() => setRevoking(true)}>
        {t('scim.revoke')}
      </Button>
      {isRevoking && <RevokeDialog id={id} name={name} onClose={() => setRevoking(false)} />}
    </li>
  );
}

function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const create = useScimChange((name: string) => unwrap(scimTokensCreate({ body: { name } })));
  if (create.data)
    return (
      <ShownOnceDialog
        title={t('scim.made')}
        warning={t('scim.shownOnce')}
        label={t('scim.token')}
        secret={create.data.token}
        testId="scim-token"
        onClose={onClose}
      />
    );
  return (
    <FormDialog
      title={t('scim.new')}
      submitLabel={t('scim.create')}
      onSubmit={(values) => create.mutate(String(values.get('name')))}
      onClose={onClose}
      isBusy={create.isPending}
      error={create.error}
    >
      <TextField label={t('scim.name')} name="name" hint={t('scim.nameHint')} maxLength={120} required />
    </FormDialog>
  );
}

function RevokeDialog({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const { t } = useTranslation();
  const revoke = useScimChange(() => unwrap(scimTokensRevoke({ path: { scimTokenId: id } })), onClose);
  return (
    <FormDialog
      title={t('scim.revokeOf', { name })}
      submitLabel={t('scim.revoke')}
      onSubmit={() => revoke.mutate(undefined)}
      onClose={onClose}
      isBusy={revoke.isPending}
      isDanger
      error={revoke.error}
    >
      <p>{t('scim.revokeText')}</p>
    </FormDialog>
  );
}
