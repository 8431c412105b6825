import { useSearch } from '@tanstack/react-router';
import { Trans, useTranslation } from 'react-i18next';
import { authLogin, authSignup, projectsCreate, projectsList, unwrap } from '../../api/client';
import { ProblemError } from '../../api/problem';
import { mailLanguageOf } from '../../i18n/i18n';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { Notice } from '../../ui/notice';
import { TextLink } from '../../ui/text-link';
import { AuthPage } from './auth-page';
import { NewPasswordField } from './new-password-field';
import { ProviderButtons } from './provider-buttons';
import { SignUpTerms } from './sign-up-terms';
import { useSignIn } from './use-sign-in';

/** Where a newcomer goes on: into a project that is made for them. Whoever has some sees them, as does whom none could be made for. */
async function firstProject(name: string): Promise<string> {
  try {
    const { data } = await unwrap(projectsList({ query: { limit: 1 } }));
    if (data.length > 0) return '/projects';
    return `/projects/${(await unwrap(projectsCreate({ body: { name } }))).id}`;
  } catch {
    return '/projects';
  }
}

/** The address may have an account: signing up tells nobody, but its password is another one. */
class PerhapsTakenError extends Error {}

export function SignupPage() {
  const { t, i18n } = useTranslation();
  const { plan } = useSearch({ from: '/signup' });
  // Whoever chose a plan before they had an account goes on to pay for it.
  const chosen = plan && `/billing?plan=${plan}`;
  const signup = useSignIn(async (values) => {
    const body = { email: String(values.get('email')), password: String(values.get('password')) };
    const organizationName = String(values.get('organizationName'));
    await unwrap(authSignup({ body: { ...body, organizationName, language: mailLanguageOf(i18n.language) } }));
    // Signing up is answered the same whether or not the address had an account: only its own password opens that one.
    const me = await unwrap(authLogin({ body })).catch((error: unknown) => {
      throw error instanceof ProblemError && error.status === 401 ? new PerhapsTakenError() : error;
    });
    const project = await firstProject(t('projects.first'));
    return { me, returnTo: chosen ?? project };
  });
  const logInSearch = chosen ? { returnTo: chosen } : {};
  const isPerhapsTaken = signup.error instanceof PerhapsTakenError;
  return (
    <AuthPage
      title={t('auth.createAccount')}
      hint={t('auth.createAccountHint')}
      footer={
        <>
          {t('auth.haveAccount')}{' '}
          <TextLink to="/login" search={logInSearch}>
            {t('auth.logIn')}
          </TextLink>
        </>
      }
    >
      <Form
        onSubmit={signup.mutate}
        error={isPerhapsTaken ? null : signup.error}
        actions={
          <Button type="submit" variant="primary" isBusy={signup.isPending} className="w-full">
            {t('auth.signUp')}
          </Button>
        }
      >
        <TextField label={t('auth.email')} name="email" type="email" autoComplete="username" required />
        <NewPasswordField label={t('auth.password')} />
        <TextField
          label={t('auth.organizationName')}
          name="organizationName"
          autoComplete="organization"
          maxLength={120}
          required
        />
        <SignUpTerms />
        {isPerhapsTaken && (
          <Notice tone="warning">
            <Trans
              i18nKey="auth.perhapsTaken"
              components={{
                logIn: <TextLink to="/login" search={logInSearch} />,
                reset: <TextLink to="/forgot-password" />,
              }}
            />
          </Notice>
        )}
      </Form>
      <ProviderButtons returnTo={chosen ?? '/projects'} />
    </AuthPage>
  );
}
