import { useTranslation } from 'react-i18next';
import { authLogin, authSignup, projectsCreate, projectsList, unwrap } from '../../api/client';
import { mailLanguageOf } from '../../i18n/i18n';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
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

export function SignupPage() {
  const { t, i18n } = useTranslation();
  const signup = useSignIn(async (values) => {
    const body = { email: String(values.get('email')), password: String(values.get('password')) };
    const organizationName = String(values.get('organizationName'));
    await unwrap(authSignup({ body: { ...body, organizationName, language: mailLanguageOf(i18n.language) } }));
    // Signing up is answered the same whether or not the address had an account: only its own password opens that one.
    const me = await unwrap(authLogin({ body }));
    return { me, returnTo: await firstProject(t('projects.first')) };
  });
  return (
    <AuthPage
      title={t('auth.createAccount')}
      hint={t('auth.createAccountHint')}
      footer={
        <>
          {t('auth.haveAccount')} <TextLink to="/login">{t('auth.logIn')}</TextLink>
        </>
      }
    >
      <Form
        onSubmit={signup.mutate}
        error={signup.error}
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
      </Form>
      <ProviderButtons returnTo="/projects" />
    </AuthPage>
  );
}
