import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { accountChangeEmail, accountVerify, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';
import { TextLink } from '../../ui/text-link';
import { AuthPage } from './auth-page';
import { meQuery } from './auth.queries';

export function VerifyEmailPage() {
  const { t } = useTranslation();
  return (
    <UseLinkPage
      title={t('auth.links.verifyTitle')}
      hint={t('auth.links.verifyHint')}
      action={t('auth.links.verify')}
      done={t('auth.links.verified')}
      onUse={(token) => unwrap(accountVerify({ body: { token } }))}
    />
  );
}

export function ChangeEmailPage() {
  const { t } = useTranslation();
  return (
    <UseLinkPage
      title={t('auth.links.changeTitle')}
      hint={t('auth.links.changeHint')}
      action={t('auth.links.change')}
      done={t('auth.links.changed')}
      onUse={(token) => unwrap(accountChangeEmail({ body: { token } }))}
    />
  );
}

interface UseLinkPageProps {
  title: string;
  hint: string;
  action: string;
  done: string;
  onUse: (token: string) => Promise<unknown>;
}

/** By a press, as programs that look into mails open links too. The token is the fragment, which a browser sends to no server. */
function UseLinkPage({ title, hint, action, done, onUse }: UseLinkPageProps) {
  const { t } = useTranslation();
  const { hash: token } = useLocation();
  const queryClient = useQueryClient();
  const use = useMutation({
    mutationFn: () => onUse(token),
    onSuccess: () => queryClient.removeQueries({ queryKey: meQuery.queryKey }),
  });
  return (
    <AuthPage title={title} hint={hint} footer={<TextLink to="/projects">{t('auth.links.goOn')}</TextLink>}>
      {use.isSuccess ? (
        <Notice tone="success">{done}</Notice>
      ) : (
        <div className="space-y-4">
          {use.isError && <ProblemNotice error={use.error} />}
          <Button variant="primary" isBusy={use.isPending} onClick={() => use.mutate()} className="w-full">
            {action}
          </Button>
        </div>
      )}
    </AuthPage>
  );
}
