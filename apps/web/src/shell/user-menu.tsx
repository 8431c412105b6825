import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Building2, CircleUser, LogOut } from 'lucide-react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { authLogout, unwrap } from '../api/client';
import type { Member } from '../dashboard/auth/auth.queries';
import { Menu, MenuItem } from '../ui/menu';
import { toast } from '../ui/toasts';

/** Who is signed in, for which organization, and the way out. */
export function UserMenu({ me }: { me: Member }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  // An operator belongs to none, and somebody else may at the moment.
  const nowhere = me.permissions.includes('operator') ? t('shell.operator') : t('myOrganizations.none');
  const organization = me.organization?.name ?? nowhere;
  const queryClient = useQueryClient();
  const logout = useMutation({
    mutationFn: () => unwrap(authLogout()),
    onSuccess: async () => {
      await navigate({ to: '/login' });
      queryClient.clear();
    },
    onError: () => toast(t('problem.noAnswer')),
  });
  return (
    <Menu
      label={t('shell.account', { organization })}
      trigger={
        <Button
          aria-label={t('shell.account', { organization })}
          isDisabled={logout.isPending}
          className="grid size-8 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink"
        >
          <CircleUser aria-hidden className="size-5" />
        </Button>
      }
      heading={
        <>
          <p className="max-w-64 truncate font-medium">{me.user.email}</p>
          <p className="max-w-64 truncate text-xs text-muted">
            {me.role ? `${organization} · ${t(`roles.${me.role}`)}` : organization}
          </p>
        </>
      }
    >
      <MenuItem icon={CircleUser} onAction={() => void navigate({ to: '/account' })}>
        {t('account.title')}
      </MenuItem>
      {me.role && (
        <MenuItem icon={Building2} onAction={() => void navigate({ to: '/organization' })}>
          {t('organization.title')}
        </MenuItem>
      )}
      <MenuItem icon={LogOut} onAction={() => logout.mutate()}>
        {t('shell.logOut')}
      </MenuItem>
    </Menu>
  );
}
