import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type SecondFactors,
  secondFactorsConfirmTotp,
  secondFactorsCreateTotp,
  secondFactorsDeleteTotp,
  unwrap,
} from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { ProblemNotice } from '../../ui/problem-notice';
import { QrCode } from '../../ui/qr-code';
import { secondFactorsQuery } from './security.queries';

/** An app that shows one-time codes. */
export function TotpCard({ factors, onCodes }: { factors: SecondFactors; onCodes: (codes: string[]) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queryClient = useQueryClient();
  const [isRemoving, setRemoving] = useState(false);
  const create = useMutation({ mutationFn: () => unwrap(secondFactorsCreateTotp()) });
  const remove = useMutation({
    mutationFn: () => unwrap(secondFactorsDeleteTotp()),
    onSuccess: () => {
      setRemoving(false);
      return queryClient.invalidateQueries(secondFactorsQuery);
    },
  });
  return (
    <Card title={t('security.totp')} hint={t('security.totpHint')}>
      <div className="space-y-3">
        {factors.totp ? (
          <>
            <p>{t('security.totpSince', { date: format.dateTime(factors.totp.confirmedAt) })}</p>
            <Button onClick={() => setRemoving(true)}>{t('security.totpRemove')}</Button>
          </>
        ) : (
          <Button isBusy={create.isPending} onClick={() => create.mutate()}>
            {t('security.totpAdd')}
          </Button>
        )}
        {create.isError && <ProblemNotice error={create.error} />}
      </div>
      {create.data && <ConfirmDialog {...create.data} onCodes={onCodes} onClose={() => create.reset()} />}
      {isRemoving && (
        <FormDialog
          title={t('security.totpRemove')}
          submitLabel={t('security.totpRemove')}
          onSubmit={() => remove.mutate()}
          onClose={() => setRemoving(false)}
          isBusy={remove.isPending}
          isDanger
          error={remove.error}
        >
          <p>{t('security.totpRemoveText')}</p>
        </FormDialog>
      )}
    </Card>
  );
}

interface ConfirmDialogProps {
  uri: string;
  secret: string;
  onCodes: (codes: string[]) => void;
  onClose: () => void;
}

function ConfirmDialog({ uri, secret, onCodes, onClose }: ConfirmDialogProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const confirm = useMutation({
    mutationFn: (code: string) => unwrap(secondFactorsConfirmTotp({ body: { code } })),
    onSuccess: async ({ recoveryCodes }) => {
      onClose();
      if (recoveryCodes) onCodes(recoveryCodes);
      await queryClient.invalidateQueries(secondFactorsQuery);
    },
  });
  return (
    <FormDialog
      title={t('security.totpAdd')}
      submitLabel={t('security.totpConfirm')}
      onSubmit={(values) => confirm.mutate(String(values.get('code')))}
      onClose={onClose}
      isBusy={confirm.isPending}
      error={confirm.error}
    >
      <p>{t('security.totpScan')}</p>
      <QrCode text={uri} label={t('security.totpQr')} />
      <p>
        {t('security.totpType')} <code className="font-mono break-all">{secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code>
      </p>
      <TextField label={t('security.code')} name="code" inputMode="numeric" autoComplete="one-time-code" required />
    </FormDialog>
  );
}
