import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { accountResetPassword, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { Form } from '../../ui/form';
import { Notice } from '../../ui/notice';
import { TextLink } from '../../ui/text-link';
import { AuthPage } from './auth-page';
import { NewPasswordField } from './new-password-field';

/** Where the link of a mail leads; its token is the fragment, which a browser sends to no server. */
export function ResetPasswordPage() {
  const { t } = useTranslation();
  const { hash: token } = useLocation();
  const queryClient = useQueryClient();
  const choose = useMutation({
    mutationFn: (password: string) => unwrap(accountResetPassword({ body: { token, password } })),
    // Also the session of this browser, if there was one.
    onSuccess: () => queryClient.clear(),
  });
  return (
    <AuthPage
      title={t('auth.reset.chooseTitle')}
      hint={t('auth.reset.chooseHint')}
      footer={
        choose.isSuccess ? (
          <TextLink to="/login">{t('auth.logIn')}</TextLink>
        ) : (
          <TextLink to="/forgot-password">{t('auth.reset.again')}</TextLink>
        )
      }
    >
      {choose.isSuccess ? (
        <Notice tone="success">{t('auth.reset.chosen')}</Notice>
      ) : (
        <Form
          onSubmit={(values) => choose.mutate(String(values.get('password')))}
          error={choose.error}
          actions={
            <Button type="submit" variant="primary" isBusy={choose.isPending} className="w-full">
              {t('auth.reset.choose')}
            </Button>
          }
        >
          <NewPasswordField label={t('auth.newPassword')} />
        </Form>
      )}
    </AuthPage>
  );
}
