import { useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { authLogin, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { TextLink } from '../../ui/text-link';
import { AuthPage } from './auth-page';
import { useSignIn } from './use-sign-in';

export function LoginPage() {
  const { t } = useTranslation();
  const { returnTo } = useSearch({ from: '/login' });
  const login = useSignIn(
    (values) =>
      unwrap(authLogin({ body: { email: String(values.get('email')), password: String(values.get('password')) } })),
    returnTo,
  );
  return (
    <AuthPage
      title={t('auth.logIn')}
      hint={t('auth.logInHint')}
      footer={
        <>
          {t('auth.noAccount')} <TextLink to="/signup">{t('auth.signUp')}</TextLink>
        </>
      }
    >
      <Form
        onSubmit={login.mutate}
        error={login.error}
        actions={
          <Button type="submit" variant="primary" isBusy={login.isPending} className="w-full">
            {t('auth.logIn')}
          </Button>
        }
      >
        <TextField label={t('auth.email')} name="email" type="email" autoComplete="username" required />
        <TextField
          label={t('auth.password')}
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
      </Form>
    </AuthPage>
  );
}
