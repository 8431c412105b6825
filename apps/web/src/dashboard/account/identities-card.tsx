import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { identitiesConnect, identitiesDisconnect, type Identity, type Providers, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { FormDialog } from '../../ui/form-dialog';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { TextLink } from '../../ui/text-link';
import { identitiesQuery, providersQuery, useProvider } from '../auth/identities.queries';
import { ProviderProblem } from '../auth/provider-problem';

/** By which providers the account is opened, besides its password. */
export function IdentitiesCard() {
  const { t } = useTranslation();
  const { problem, done } = useSearch({ from: '/app/account/security' });
  const identities = useQuery(identitiesQuery);
  const { data } = useQuery(providersQuery);
  const [disconnecting, setDisconnecting] = useState<Identity | null>(null);
  const nameOf = useProviderName();
  const providers = data?.providers ?? [];
  return (
    <Card title={t('identities.title')} hint={t('identities.hint')}>
      <QueryView query={identities}>
        {({ identities: own, hasPassword }) => (
          <div className="space-y-4">
            <ProviderProblem code={problem} />
            {done === 'connected' && <Notice tone="success">{t('identities.connected')}</Notice>}
            {!hasPassword && (
              <Notice>
                {t('identities.noPassword')} <TextLink to="/forgot-password">{t('auth.forgot')}</TextLink>
              </Notice>
            )}
            {own.length === 0 && providers.length === 0 && <p className="text-muted">{t('identities.none')}</p>}
            {own.length > 0 && (
              <ul className="divide-y divide-line">
                {own.map((identity) => (
                  <li key={identity.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2.5 first:pt-0">
                    <div className="min-w-0 flex-1 basis-48">
                      <p className="font-medium wrap-anywhere">
                        {nameOf(identity.provider)} · {identity.email}
                      </p>
                      <p className="text-muted">
                        {t('identities.lastUsed')}:{' '}
                        {identity.lastUsedAt ? <RelativeTime time={identity.lastUsedAt} /> : t('identities.never')}
                      </p>
                    </div>
                    <Button
                      aria-label={t('identities.disconnectOf', {
                        name: nameOf(identity.provider),
                        email: identity.email,
                      })}
                      onClick={() => setDisconnecting(identity)}
                    >
                      {t('identities.disconnect')}
                    </Button>
                  </li>
                ))}
              </ul>
            )}
            {providers.length > 0 && <ConnectButtons providers={providers} />}
          </div>
        )}
      </QueryView>
      {disconnecting && <DisconnectDialog identity={disconnecting} onClose={() => setDisconnecting(null)} />}
    </Card>
  );
}

/** As the operator has named it. */
function useProviderName() {
  const { t } = useTranslation();
  const { data } = useQuery(providersQuery);
  return (provider: Identity['provider']) =>
    data?.providers.find((one) => one.provider === provider)?.name ?? t(`identities.providers.${provider}`);
}

function ConnectButtons({ providers }: Providers) {
  const { t } = useTranslation();
  const connect = useProvider((provider: Providers['providers'][number]['provider']) =>
    unwrap(identitiesConnect({ body: { provider } })),
  );
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap gap-2">
        {providers.map(({ provider, name }) => (
          <Button
            key={provider}
            isBusy={connect.isPending && connect.variables === provider}
            onClick={() => connect.mutate(provider)}
          >
            {t('identities.connect', { name })}
          </Button>
        ))}
      </div>
      {connect.isError && <ProblemNotice error={connect.error} />}
    </div>
  );
}

function DisconnectDialog({ identity, onClose }: { identity: Identity; onClose: () => void }) {
  const { t } = useTranslation();
  const nameOf = useProviderName();
  const queryClient = useQueryClient();
  const disconnect = useMutation({
    mutationFn: () => unwrap(identitiesDisconnect({ path: { identityId: identity.id } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: identitiesQuery.queryKey });
      onClose();
    },
  });
  return (
    <FormDialog
      title={t('identities.disconnectOf', { name: nameOf(identity.provider), email: identity.email })}
      submitLabel={t('identities.disconnect')}
      onSubmit={() => disconnect.mutate()}
      onClose={onClose}
      isBusy={disconnect.isPending}
      isDanger
      error={disconnect.error}
    >
      <p>{t('identities.disconnectText')}</p>
    </FormDialog>
  );
}
