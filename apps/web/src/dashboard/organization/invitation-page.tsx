import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  authLogin,
  type InvitationPreview,
  invitationsAccept,
  invitationsPreview,
  invitationsSignUp,
  type Me,
  unwrap,
} from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button, buttonClass } from '../../ui/button';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { TextLink } from '../../ui/text-link';
import { AuthPage } from '../auth/auth-page';
import { meQuery } from '../auth/auth.queries';
import { LogOutButton } from '../auth/log-out-button';
import { NewPasswordField } from '../auth/new-password-field';
import { SignUpTerms } from '../auth/sign-up-terms';
import { useSignIn } from '../auth/use-sign-in';
import { useChooseOrganization } from './use-choose-organization';
import { useMailLanguage } from './use-mail-language';

/** Under which the link's token outlives logging in, in this tab alone. */
const KEPT = 'kindred-invitation';

/** The token stands behind the "#", which no server sees. */
function readToken(): string {
  const token = window.location.hash.slice(1) || (sessionStorage.getItem(KEPT) ?? '');
  sessionStorage.setItem(KEPT, token);
  return token;
}

/** Where the link of an invitation leads. */
export function InvitationPage() {
  const { t } = useTranslation();
  const [token] = useState(readToken);
  const preview = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => unwrap(invitationsPreview({ body: { token } })),
    // It is looked at anew when the page is opened again, not while somebody types.
    staleTime: Infinity,
    retry: false,
  });
  const me = useQuery({ ...meQuery, retry: false });
  return (
    <AuthPage
      title={t('invitation.title')}
      hint={preview.data ? t('invitation.hint', { organization: preview.data.organization.name }) : ''}
      footer={<TextLink to="/">{t('visitors.backHome')}</TextLink>}
    >
      <QueryView query={preview}>
        {(found) => (me.isPending ? null : <Answer token={token} invitation={found} me={me.data ?? null} />)}
      </QueryView>
    </AuthPage>
  );
}

interface AnswerProps {
  token: string;
  invitation: InvitationPreview;
  me: Me | null;
}

function Answer({ token, invitation, me }: AnswerProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { email, role, invitedBy, hasAccount, expiresAt } = invitation;
  return (
    <div className="space-y-4">
      <p>
        {invitedBy ? t('invitation.by', { email: invitedBy }) : t('invitation.bySomebody')}{' '}
        {t('invitation.as', { role: t(`roles.${role}`), date: format.dateTime(expiresAt) })}
      </p>
      {me && me.user.email !== email && <OtherAccount email={email} own={me.user.email} />}
      {me && me.user.email === email && <Accept token={token} />}
      {!me && hasAccount && <LogIn email={email} />}
      {!me && !hasAccount && <SignUp token={token} email={email} />}
    </div>
  );
}

function OtherAccount({ email, own }: { email: string; own: string }) {
  const { t } = useTranslation();
  return (
    <>
      <Notice tone="warning">{t('invitation.otherAccount', { email, own })}</Notice>
      <LogOutButton to="/invitation" />
    </>
  );
}

function Accept({ token }: { token: string }) {
  const { t } = useTranslation();
  const choose = useChooseOrganization();
  const accept = useMutation({
    mutationFn: () => unwrap(invitationsAccept({ body: { token } })),
    onSuccess: ({ organization }) => {
      sessionStorage.removeItem(KEPT);
      return choose.mutateAsync(organization.id);
    },
  });
  return (
    <>
      {accept.isError && <ProblemNotice error={accept.error} />}
      <Button
        variant="primary"
        className="w-full"
        isBusy={accept.isPending || choose.isPending}
        onClick={() => accept.mutate()}
      >
        {t('invitation.accept')}
      </Button>
    </>
  );
}

function LogIn({ email }: { email: string }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t('invitation.logIn', { email })}</p>
      <a href="/login?returnTo=%2Finvitation" className={`${buttonClass('primary')} w-full`}>
        {t('auth.logIn')}
      </a>
    </>
  );
}

/** The address is the invited one; the link has shown that it is theirs. */
function SignUp({ token, email }: { token: string; email: string }) {
  const { t } = useTranslation();
  const language = useMailLanguage();
  const signUp = useSignIn(async (values) => {
    const password = String(values.get('password'));
    await unwrap(invitationsSignUp({ body: { token, password, language } }));
    sessionStorage.removeItem(KEPT);
    return { me: await unwrap(authLogin({ body: { email, password } })), returnTo: '/projects' };
  });
  return (
    <Form
      onSubmit={signUp.mutate}
      error={signUp.error}
      actions={
        <Button type="submit" variant="primary" isBusy={signUp.isPending} className="w-full">
          {t('invitation.signUp')}
        </Button>
      }
    >
      <TextField label={t('auth.email')} name="email" type="email" autoComplete="username" value={email} readOnly />
      <NewPasswordField label={t('auth.password')} />
      <SignUpTerms />
    </Form>
  );
}
