import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountDelete, accountRequestEmailChange, accountUpdate, unwrap } from '../../api/client';
import { chooseLanguage, type Language, LANGUAGES, mailLanguageOf } from '../../i18n/i18n';
import { useFormat } from '../../i18n/use-format';
import { Button, buttonClass } from '../../ui/button';
import { Card } from '../../ui/card';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';
import { Select } from '../../ui/select';
import { meQuery, useMe } from '../auth/auth.queries';

export function ProfilePage() {
  return (
    <>
      <EmailCard />
      <LanguageCard />
      <ExportCard />
      <DeleteCard />
    </>
  );
}

function EmailCard() {
  const { t } = useTranslation();
  const { me } = useMe();
  const format = useFormat();
  const [isOpen, setOpen] = useState(false);
  const [sentTo, setSentTo] = useState<string>();
  const { email, emailVerifiedAt } = me.user;
  return (
    <Card
      title={t('account.email')}
      hint={
        emailVerifiedAt ? t('account.verified', { date: format.dateTime(emailVerifiedAt) }) : t('account.unverified')
      }
    >
      <div className="space-y-3">
        <p className="font-medium wrap-anywhere">{email}</p>
        {sentTo && <Notice>{t('account.changeEmailSent', { email: sentTo })}</Notice>}
        <Button onClick={() => setOpen(true)}>{t('account.changeEmail')}</Button>
      </div>
      {isOpen && <ChangeEmailDialog onSent={setSentTo} onClose={() => setOpen(false)} />}
    </Card>
  );
}

function ChangeEmailDialog({ onSent, onClose }: { onSent: (email: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const change = useMutation({
    mutationFn: (body: { email: string }) => unwrap(accountRequestEmailChange({ body })),
    onSuccess: (_, { email }) => {
      onSent(email);
      onClose();
    },
  });
  return (
    <FormDialog
      title={t('account.changeEmail')}
      submitLabel={t('auth.reset.submit')}
      onSubmit={(values) => change.mutate({ email: String(values.get('email')) })}
      onClose={onClose}
      isBusy={change.isPending}
      error={change.error}
    >
      <p>{t('account.changeEmailText')}</p>
      <TextField label={t('account.newEmail')} name="email" type="email" autoComplete="email" required />
    </FormDialog>
  );
}

function LanguageCard() {
  const { t } = useTranslation();
  const { me } = useMe();
  const queryClient = useQueryClient();
  const choose = useMutation({
    mutationFn: async (language: Language) => {
      const changed = await unwrap(accountUpdate({ body: { language: mailLanguageOf(language) } }));
      await chooseLanguage(language);
      return changed;
    },
    onSuccess: (changed) => queryClient.setQueryData(meQuery.queryKey, changed),
  });
  const tags = Object.keys(LANGUAGES) as Language[];
  return (
    <Card title={t('account.language')} hint={t('account.languageHint')}>
      <Select
        aria-label={t('account.language')}
        value={tags.find((tag) => mailLanguageOf(tag) === me.user.language)}
        disabled={choose.isPending}
        onChange={({ target }) => choose.mutate(target.value as Language)}
      >
        {tags.map((tag) => (
          <option key={tag} value={tag} lang={tag}>
            {LANGUAGES[tag]}
          </option>
        ))}
      </Select>
      {choose.isError && <ProblemNotice error={choose.error} />}
    </Card>
  );
}

function ExportCard() {
  const { t } = useTranslation();
  return (
    <Card title={t('account.export')} hint={t('account.exportHint')}>
      <a href="/v1/me/export" download="kindred-account.json" className={buttonClass()}>
        {t('account.export')}
      </a>
    </Card>
  );
}

function DeleteCard() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <Card title={t('account.delete')} hint={t('account.deleteHint')}>
      <Button variant="danger" onClick={() => setOpen(true)}>
        {t('account.delete')}
      </Button>
      {isOpen && <DeleteDialog onClose={() => setOpen(false)} />}
    </Card>
  );
}

function DeleteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => unwrap(accountDelete()),
    onSuccess: async () => {
      await navigate({ to: '/login' });
      queryClient.clear();
    },
  });
  return (
    <FormDialog
      title={t('account.delete')}
      submitLabel={t('account.delete')}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
      isBusy={remove.isPending}
      isDanger
      error={remove.error}
    >
      <p>{t('account.deleteText')}</p>
    </FormDialog>
  );
}
