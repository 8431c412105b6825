import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { authCompleteLogin, authLogin, passkeysLogin, passkeysLoginOptions, unwrap } from '../../api/client';
import { askForPasskey, suggestPasskeys } from '../../api/passkeys';
import { ProblemError } from '../../api/problem';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { ProblemNotice } from '../../ui/problem-notice';
import { TextLink } from '../../ui/text-link';
import { AuthPage } from './auth-page';
import { ProviderButtons } from './provider-buttons';
import { ProviderProblem } from './provider-problem';
import { SingleSignOnForm } from './single-sign-on-form';
import { useSignIn } from './use-sign-in';

/** The server says so, where it shows the mails that it does not send. */
export const hasMailbox = () => 'mailbox' in document.documentElement.dataset;

export function LoginPage() {
  const { t } = useTranslation();
  const { returnTo = '/projects', problem, secondFactor } = useSearch({ from: '/login' });
  // Whoever comes back from a provider goes on here too.
  const [needsSecondFactor, setNeedsSecondFactor] = useState(secondFactor ?? false);
  const [isSingleSignOn, setSingleSignOn] = useState(false);
  const login = useSignIn(
    async (values) => {
      const body = { email: String(values.get('email')), password: String(values.get('password')) };
      return { me: await unwrap(authLogin({ body })), returnTo };
    },
    (error) => {
      if (error instanceof ProblemError && error.code === 'second_factor_required') setNeedsSecondFactor(true);
    },
  );
  if (needsSecondFactor) return <SecondFactorPage returnTo={returnTo} onBack={() => setNeedsSecondFactor(false)} />;
  return (
    <AuthPage
      title={isSingleSignOn ? t('identities.singleSignOn') : t('auth.logIn')}
      hint={isSingleSignOn ? t('identities.singleSignOnHint') : t('auth.logInHint')}
      footer={
        <>
          {t('auth.noAccount')} <TextLink to="/signup">{t('auth.signUp')}</TextLink>
          {hasMailbox() && (
            <span className="mt-2 block">
              {/* A load of its own: the page has a policy of its own. */}
              <a
                href="/_mailbox"
                className="inline-flex min-h-6 items-center font-medium text-accent underline-offset-2 hover:underline"
              >
                {t('auth.mailbox')}
              </a>
            </span>
          )}
        </>
      }
    >
      {problem && !isSingleSignOn && (
        <div className="mb-4">
          <ProviderProblem code={problem} />
        </div>
      )}
      {isSingleSignOn ? (
        <SingleSignOnForm returnTo={returnTo} onBack={() => setSingleSignOn(false)} />
      ) : (
        <>
          <PasskeyLogin returnTo={returnTo} suggests={!login.isPending} />
          <Form
            onSubmit={login.mutate}
            error={login.error}
            actions={
              <Button type="submit" variant="primary" isBusy={login.isPending} className="w-full">
                {t('auth.logIn')}
              </Button>
            }
          >
            <TextField label={t('auth.email')} name="email" type="email" autoComplete="username webauthn" required />
            <TextField
              label={t('auth.password')}
              name="password"
              type="password"
              autoComplete="current-password"
              required
            />
            <p>
              <TextLink to="/forgot-password">{t('auth.forgot')}</TextLink>
            </p>
          </Form>
          <ProviderButtons returnTo={returnTo} onSingleSignOn={() => setSingleSignOn(true)} />
        </>
      )}
    </AuthPage>
  );
}

/** A challenge lasts five minutes: whoever leaves the form open gets another one before. */
const SUGGESTED_MS = 4 * 60_000;

const beginPasskeyLogin = async () => (await unwrap(passkeysLoginOptions())).options;

interface PasskeyLoginProps {
  returnTo: string;
  /** Whether the browser offers passkeys in the field of the address too. */
  suggests?: boolean;
}

/** Alone, or after the password. */
function PasskeyLogin({ returnTo, suggests = false }: PasskeyLoginProps) {
  const { t } = useTranslation();
  const byPasskey = useSignIn(async (find: () => Promise<object>) => {
    const response = await find();
    return { me: await unwrap(passkeysLogin({ body: { response: response as never } })), returnTo };
  });
  const { mutate } = byPasskey;
  const isSuggesting = suggests && !byPasskey.isPending && !byPasskey.isSuccess;
  useEffect(() => {
    if (!isSuggesting) return;
    const ending = new AbortController();
    const suggest = async () => {
      try {
        const chosen = await suggestPasskeys(beginPasskeyLogin, ending.signal);
        mutate(() => Promise.resolve(chosen));
      } catch {
        // Nobody asked for it: the form and the button are there.
      }
    };
    void suggest();
    const again = setInterval(() => void suggest(), SUGGESTED_MS);
    return () => {
      clearInterval(again);
      ending.abort();
    };
  }, [isSuggesting, mutate]);
  return (
    <div className="mb-4 space-y-2">
      <Button
        className="w-full"
        isBusy={byPasskey.isPending}
        onClick={() => mutate(async () => askForPasskey(await beginPasskeyLogin()))}
      >
        {t('auth.byPasskey')}
      </Button>
      {byPasskey.isError && <ProblemNotice error={byPasskey.error} />}
    </div>
  );
}

/** The second half, once the password was right. */
function SecondFactorPage({ returnTo, onBack }: { returnTo: string; onBack: () => void }) {
  const { t } = useTranslation();
  // The password that had the focus is gone.
  useEffect(() => document.querySelector<HTMLElement>('input[name=code]')?.focus(), []);
  const complete = useSignIn(async (values) => {
    const body = { code: String(values.get('code')) };
    return { me: await unwrap(authCompleteLogin({ body })), returnTo };
  });
  return (
    <AuthPage
      title={t('auth.secondFactor')}
      hint={t('auth.secondFactorHint')}
      footer={
        <Button variant="quiet" onClick={onBack}>
          {t('auth.otherAccount')}
        </Button>
      }
    >
      <PasskeyLogin returnTo={returnTo} />
      <Form
        onSubmit={complete.mutate}
        error={complete.error}
        actions={
          <Button type="submit" variant="primary" isBusy={complete.isPending} className="w-full">
            {t('auth.logIn')}
          </Button>
        }
      >
        <TextField
          label={t('security.code')}
          hint={t('security.codeHint')}
          name="code"
          autoComplete="one-time-code"
          required
        />
      </Form>
    </AuthPage>
  );
}
