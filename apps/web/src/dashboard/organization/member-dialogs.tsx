import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Member, membersChangeRole, membersLeave, membersRemove, membersTransfer, unwrap } from '../../api/client';
import { FormDialog } from '../../ui/form-dialog';
import { useMe, meQuery } from '../auth/auth.queries';
import { MEMBERS_KEY } from './members.queries';
import { RoleField } from './role-field';

interface DialogProps {
  member: Member;
  onClose: () => void;
}

/** After it the list is asked again, and who one is too: the change may be of oneself. */
function useMembersChange<T>(change: (value: T) => Promise<unknown>, onClose: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
      await queryClient.invalidateQueries({ queryKey: MEMBERS_KEY });
      onClose();
    },
  });
}

export function ChangeRoleDialog({ member, onClose }: DialogProps) {
  const { t } = useTranslation();
  const change = useMembersChange(
    (role: Member['role']) => unwrap(membersChangeRole({ path: { memberId: member.id }, body: { role } })),
    onClose,
  );
  return (
    <FormDialog
      title={t('members.changeRoleOf', { email: member.email })}
      submitLabel={t('members.changeRole')}
      onSubmit={(values) => change.mutate(String(values.get('role')) as Member['role'])}
      onClose={onClose}
      isBusy={change.isPending}
      error={change.error}
    >
      <RoleField initial={member.role} />
    </FormDialog>
  );
}

export function TransferDialog({ member, onClose }: DialogProps) {
  const { t } = useTranslation();
  const { me } = useMe();
  const transfer = useMembersChange(() => unwrap(membersTransfer({ body: { memberId: member.id } })), onClose);
  return (
    <FormDialog
      title={t('members.transferTitle', { email: member.email })}
      submitLabel={t('members.transfer')}
      onSubmit={() => transfer.mutate(undefined)}
      onClose={onClose}
      isBusy={transfer.isPending}
      isDanger
      error={transfer.error}
    >
      <p>{t('members.transferText', { organization: me.organization.name })}</p>
    </FormDialog>
  );
}

export function RemoveMemberDialog({ member, onClose }: DialogProps) {
  const { t } = useTranslation();
  const remove = useMembersChange(() => unwrap(membersRemove({ path: { memberId: member.id } })), onClose);
  return (
    <FormDialog
      title={t('members.removeTitle', { email: member.email })}
      submitLabel={t('members.remove')}
      onSubmit={() => remove.mutate(undefined)}
      onClose={onClose}
      isBusy={remove.isPending}
      isDanger
      error={remove.error}
    >
      <p>{t('members.removeText')}</p>
    </FormDialog>
  );
}

export function LeaveDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { me } = useMe();
  const leave = useMutation({
    mutationFn: () => unwrap(membersLeave()),
    // A new page, on which nothing of the organization is left.
    onSuccess: () => window.location.assign('/organizations'),
  });
  return (
    <FormDialog
      title={t('members.leaveTitle', { organization: me.organization.name })}
      submitLabel={t('members.leave')}
      onSubmit={() => leave.mutate()}
      onClose={onClose}
      isBusy={leave.isPending}
      isDanger
      error={leave.error}
    >
      <p>{t('members.leaveText')}</p>
    </FormDialog>
  );
}
