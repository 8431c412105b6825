import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { authLogout, unwrap } from '../../api/client';
import { Button } from '../../ui/button';

/** The way out of pages without the shell. What this page knew of the person goes with it. */
export function LogOutButton({ to = '/login' }: { to?: string }) {
  const { t } = useTranslation();
  const logout = useMutation({ mutationFn: () => unwrap(authLogout()), onSuccess: () => window.location.assign(to) });
  return (
    <Button isBusy={logout.isPending} onClick={() => logout.mutate()}>
      {t('shell.logOut')}
    </Button>
  );
}
