import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountChangePassword, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { FormDialog } from '../../ui/form-dialog';
import { Notice } from '../../ui/notice';
import { QueryView, Together } from '../../ui/query-view';
import { identitiesQuery, providersQuery } from '../auth/identities.queries';
import { NewPasswordField } from '../auth/new-password-field';
import { IdentitiesCard } from './identities-card';
import { PasskeysCard } from './passkeys-card';
import { RecoveryCodesCard, RecoveryCodesDialog } from './recovery-codes-card';
import { passkeysQuery, secondFactorsQuery } from './security.queries';
import { TotpCard } from './totp-card';

export function SecurityPage() {
  const factors = useQuery(secondFactorsQuery);
  const others = [useQuery(passkeysQuery), useQuery(identitiesQuery), useQuery(providersQuery)];
  const [codes, setCodes] = useState<string[]>();
  return (
    <Together queries={[factors, ...others]}>
      <PasswordCard />
      <QueryView query={factors}>
        {(data) => (
          <>
            <TotpCard factors={data} onCodes={setCodes} />
            <PasskeysCard onCodes={setCodes} />
            {(data.totp || data.recoveryCodesLeft > 0) && <RecoveryCodesCard factors={data} onCodes={setCodes} />}
          </>
        )}
      </QueryView>
      <IdentitiesCard />
      {codes && <RecoveryCodesDialog codes={codes} onClose={() => setCodes(undefined)} />}
    </Together>
  );
}

function PasswordCard() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const [isChanged, setChanged] = useState(false);
  return (
    <Card title={t('account.password')} hint={t('account.passwordHint')}>
      <div className="space-y-3">
        {isChanged && <Notice tone="success">{t('account.passwordChanged')}</Notice>}
        <Button onClick={() => setOpen(true)}>{t('account.changePassword')}</Button>
      </div>
      {isOpen && <ChangePasswordDialog onChanged={() => setChanged(true)} onClose={() => setOpen(false)} />}
    </Card>
  );
}

function ChangePasswordDialog({ onChanged, onClose }: { onChanged: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const change = useMutation({
    mutationFn: (newPassword: string) => unwrap(accountChangePassword({ body: { newPassword } })),
    onSuccess: () => {
      onChanged();
      onClose();
    },
  });
  return (
    <FormDialog
      title={t('account.changePassword')}
      submitLabel={t('account.changePassword')}
      onSubmit={(values) => change.mutate(String(values.get('newPassword')))}
      onClose={onClose}
      isBusy={change.isPending}
      error={change.error}
    >
      <NewPasswordField label={t('auth.newPassword')} name="newPassword" />
    </FormDialog>
  );
}
