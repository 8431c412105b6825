import { useMutation, useQueryClient } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { invitationsCreate, type Member, unwrap } from '../../api/client';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { toast } from '../../ui/toasts';
import { useMe } from '../auth/auth.queries';
import { INVITATIONS_KEY } from './members.queries';
import { RoleField } from './role-field';
import { useMailLanguage } from './use-mail-language';

/** Where it may be pressed. */
export function InviteButton() {
  const { t } = useTranslation();
  const { can } = useMe();
  const [isOpen, setIsOpen] = useState(false);
  if (!can('members:write')) return null;
  return (
    <>
      <Button variant="primary" onClick={() => setIsOpen(true)}>
        <UserPlus aria-hidden />
        {t('invitations.invite')}
      </Button>
      {isOpen && <InviteDialog onClose={() => setIsOpen(false)} />}
    </>
  );
}

function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const language = useMailLanguage();
  const queryClient = useQueryClient();
  const invite = useMutation({
    mutationFn: (values: FormData) => {
      const role = String(values.get('role')) as Member['role'];
      return unwrap(invitationsCreate({ body: { email: String(values.get('email')), role, language } }));
    },
    onSuccess: async ({ email }) => {
      await queryClient.invalidateQueries({ queryKey: INVITATIONS_KEY });
      toast(t('invitations.sent', { email }));
      onClose();
    },
  });
  return (
    <FormDialog
      title={t('invitations.invite')}
      submitLabel={t('invitations.send')}
      onSubmit={invite.mutate}
      onClose={onClose}
      isBusy={invite.isPending}
      error={invite.error}
    >
      <p>{t('invitations.inviteText')}</p>
      <TextField label={t('auth.email')} name="email" type="email" autoComplete="off" required />
      <RoleField initial="developer" />
    </FormDialog>
  );
}
