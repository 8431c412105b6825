import { useQuery } from '@tanstack/react-query';
import { Trans, useTranslation } from 'react-i18next';
import { identitiesStartLogIn, type Providers, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { TextLink } from '../../ui/text-link';
import { useMailLanguage } from '../organization/use-mail-language';
import { providersQuery, useProvider } from './identities.queries';

/** Below the form: the providers that the operator has set, and single sign-on. */
export function ProviderButtons({ returnTo, onSingleSignOn }: { returnTo: string; onSingleSignOn?: () => void }) {
  const { t } = useTranslation();
  const language = useMailLanguage();
  const { data } = useQuery(providersQuery);
  const providers = data?.providers ?? [];
  const start = useProvider((provider: Providers['providers'][number]['provider']) =>
    unwrap(identitiesStartLogIn({ path: { provider }, body: { returnTo, language } })),
  );
  if (providers.length === 0 && !onSingleSignOn) return null;
  return (
    <div className="mt-5 space-y-2.5">
      <p className="flex items-center gap-3 text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {t('identities.or')}
      </p>
      {providers.map(({ provider, name }) => (
        <Button
          key={provider}
          className="w-full"
          isBusy={start.isPending && start.variables === provider}
          onClick={() => start.mutate(provider)}
        >
          {t('identities.with', { name })}
        </Button>
      ))}
      {onSingleSignOn && (
        <Button className="w-full" onClick={onSingleSignOn}>
          {t('identities.singleSignOn')}
        </Button>
      )}
      {start.isError && <ProblemNotice error={start.error} />}
      {onSingleSignOn && providers.length > 0 && (
        <p className="text-xs text-muted">
          <Trans
            i18nKey="legal.signUp"
            components={{ terms: <TextLink to="/terms" />, privacy: <TextLink to="/privacy" /> }}
          />
        </p>
      )}
    </div>
  );
}
