import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountRequestVerification, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';
import { useMe } from '../auth/auth.queries';

/** On every page of whoever has not confirmed their address. */
export function VerificationNotice() {
  const { t } = useTranslation();
  const { me } = useMe();
  const { email, emailVerifiedAt } = me.user;
  const send = useMutation({ mutationFn: () => unwrap(accountRequestVerification()) });
  if (emailVerifiedAt) return null;
  return (
    <div className="mb-5">
      <Notice tone="warning">
        <p>{send.isSuccess ? t('account.sentAgain', { email }) : t('account.banner', { email })}</p>
        {!send.isSuccess && (
          <Button className="mt-2" isBusy={send.isPending} onClick={() => send.mutate()}>
            {t('account.sendAgain')}
          </Button>
        )}
        {send.isError && (
          <div className="mt-2">
            <ProblemNotice error={send.error} />
          </div>
        )}
      </Notice>
    </div>
  );
}
