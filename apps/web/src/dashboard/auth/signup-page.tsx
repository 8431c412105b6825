import { useTranslation } from 'react-i18next';
import { authLogin, authSignup, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { TextLink } from '../../ui/text-link';
import { AuthPage } from './auth-page';
import { useSignIn } from './use-sign-in';

const PASSWORD_LENGTH_MIN = 8;

export function SignupPage() {
  const { t } = useTranslation();
  const signup = useSignIn(async (values) => {
    const body = { email: String(values.get('email')), password: String(values.get('password')) };
    await unwrap(authSignup({ body: { ...body, organizationName: String(values.get('organizationName')) } }));
    // Signing up is answered the same whether or not the address had an account: only its own password opens that one.
    return unwrap(authLogin({ body }));
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
        <TextField
          label={t('auth.password')}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={PASSWORD_LENGTH_MIN}
          hint={t('auth.passwordHint', { count: PASSWORD_LENGTH_MIN })}
          required
        />
        <TextField
          label={t('auth.organizationName')}
          name="organizationName"
          autoComplete="organization"
          maxLength={120}
          required
        />
      </Form>
    </AuthPage>
  );
}
