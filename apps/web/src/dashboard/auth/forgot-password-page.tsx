import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountRequestPasswordReset, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { Notice } from '../../ui/notice';
import { TextLink } from '../../ui/text-link';
import { AuthPage } from './auth-page';

export function ForgotPasswordPage() {
  const { t } = useTranslation();
  const ask = useMutation({
    mutationFn: (email: string) => unwrap(accountRequestPasswordReset({ body: { email } })),
  });
  return (
    <AuthPage
      title={t('auth.reset.title')}
      hint={t('auth.reset.hint')}
      footer={<TextLink to="/login">{t('auth.reset.back')}</TextLink>}
    >
      {ask.isSuccess ? (
        <Notice tone="success">{t('auth.reset.sent', { email: ask.variables })}</Notice>
      ) : (
        <Form
          onSubmit={(values) => ask.mutate(String(values.get('email')))}
          error={ask.error}
          actions={
            <Button type="submit" variant="primary" isBusy={ask.isPending} className="w-full">
              {t('auth.reset.submit')}
            </Button>
          }
        >
          <TextField label={t('auth.email')} name="email" type="email" autoComplete="username" required />
        </Form>
      )}
    </AuthPage>
  );
}
