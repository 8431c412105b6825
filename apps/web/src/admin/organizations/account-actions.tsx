import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  impersonationsStart,
  type ImpersonationsStartData,
  type OrganizationAccount,
  organizationsRestore,
  organizationsSuspend,
  unwrap,
} from '../../api/client';
import { Button } from '../../ui/button';
import { SelectField, TextAreaField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';

/** As the API wants it. */
const REASON_MIN = 10;
const ROLES = ['viewer', 'developer', 'billing', 'admin'] as const;

interface DialogProps {
  account: OrganizationAccount;
  onClose: () => void;
}

/** What an operator does with an organization as a whole. */
export function AccountActions({ account }: { account: OrganizationAccount }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<'impersonate' | 'suspend' | 'restore' | null>(null);
  const dialog = { account, onClose: () => setOpen(null) };
  return (
    <>
      <Button onClick={() => setOpen('impersonate')}>{t('impersonation.start')}</Button>
      {account.suspension ? (
        <Button onClick={() => setOpen('restore')}>{t('suspension.restore')}</Button>
      ) : (
        <Button onClick={() => setOpen('suspend')}>{t('suspension.suspend')}</Button>
      )}
      {open === 'impersonate' && <ImpersonateDialog {...dialog} />}
      {open === 'suspend' && <SuspendDialog {...dialog} />}
      {open === 'restore' && <RestoreDialog {...dialog} />}
    </>
  );
}

function ImpersonateDialog({ account: { id, name, members }, onClose }: DialogProps) {
  const { t } = useTranslation();
  const start = useMutation({
    mutationFn: (body: ImpersonationsStartData['body']) =>
      unwrap(impersonationsStart({ path: { organizationId: id }, body })),
    // A new page, which belongs to the customer's organization alone.
    onSuccess: () => window.location.assign('/projects'),
  });
  const submit = (values: FormData) => {
    const [kind, who = ''] = String(values.get('who')).split(':');
    const reason = String(values.get('reason'));
    start.mutate(kind === 'member' ? { memberId: who, reason } : { role: who as (typeof ROLES)[number], reason });
  };
  return (
    <FormDialog
      title={t('impersonation.startTitle', { name })}
      submitLabel={t('impersonation.start')}
      onSubmit={submit}
      onClose={onClose}
      isBusy={start.isPending}
      error={start.error}
    >
      <p>{t('impersonation.startText')}</p>
      <SelectField label={t('impersonation.who')} name="who" defaultValue="role:viewer">
        <optgroup label={t('impersonation.byRole')}>
          {ROLES.map((role) => (
            <option key={role} value={`role:${role}`}>
              {t(`roles.${role}`)}
            </option>
          ))}
        </optgroup>
        <optgroup label={t('impersonation.byMember')}>
          {members.map(({ userId, email, role }) => (
            <option key={userId} value={`member:${userId}`}>
              {`${email} · ${t(`roles.${role === 'owner' ? 'admin' : role}`)}`}
            </option>
          ))}
        </optgroup>
      </SelectField>
      <ReasonField hint={t('impersonation.reasonHint')} />
    </FormDialog>
  );
}

function ReasonField({ hint }: { hint: string }) {
  const { t } = useTranslation();
  return (
    <TextAreaField
      label={t('impersonation.reason')}
      name="reason"
      hint={hint}
      minLength={REASON_MIN}
      maxLength={500}
      required
    />
  );
}

/** What is shown of it is asked anew. */
function useAccountChange<T>(change: (value: T) => Promise<unknown>, onSuccess: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['admin'] });
      onSuccess();
    },
  });
}

function SuspendDialog({ account: { id, name }, onClose }: DialogProps) {
  const { t } = useTranslation();
  const suspend = useAccountChange(
    (reason: string) => unwrap(organizationsSuspend({ path: { organizationId: id }, body: { reason } })),
    onClose,
  );
  return (
    <FormDialog
      title={t('suspension.suspendTitle', { name })}
      submitLabel={t('suspension.suspend')}
      onSubmit={(values) => suspend.mutate(String(values.get('reason')))}
      onClose={onClose}
      isBusy={suspend.isPending}
      error={suspend.error}
      isDanger
    >
      <p>{t('suspension.suspendText')}</p>
      <ReasonField hint={t('suspension.reasonHint')} />
    </FormDialog>
  );
}

function RestoreDialog({ account: { id, name }, onClose }: DialogProps) {
  const { t } = useTranslation();
  const restore = useAccountChange(() => unwrap(organizationsRestore({ path: { organizationId: id } })), onClose);
  return (
    <FormDialog
      title={t('suspension.restoreTitle', { name })}
      submitLabel={t('suspension.restore')}
      onSubmit={() => restore.mutate(undefined)}
      onClose={onClose}
      isBusy={restore.isPending}
      error={restore.error}
    >
      <p>{t('suspension.restoreText')}</p>
    </FormDialog>
  );
}
