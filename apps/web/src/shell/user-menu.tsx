import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Building2, ChevronDown, CircleUser, LogOut } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { authLogout, type Me, unwrap } from '../api/client';
import { ProblemNotice } from '../ui/problem-notice';

/** Who is signed in, for which organization, and the way out. */
export function UserMenu({ me }: { me: Me }) {
  const { t } = useTranslation();
  const menuId = useId();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const logout = useMutation({
    mutationFn: () => unwrap(authLogout()),
    onSuccess: async () => {
      await navigate({ to: '/login' });
      queryClient.clear();
    },
  });
  return (
    <>
      <button
        type="button"
        popoverTarget={menuId}
        aria-label={t('shell.account', { organization: me.organization.name })}
        className="flex h-8 max-w-48 items-center gap-1 rounded-md px-2 font-medium hover:bg-sunken"
      >
        <CircleUser aria-hidden className="size-5 shrink-0 text-muted sm:hidden" />
        <span className="truncate max-sm:hidden">{me.organization.name}</span>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-muted" />
      </button>
      <div
        id={menuId}
        popover="auto"
        className="fixed inset-auto top-14 right-4 m-0 w-64 rounded-lg border border-line bg-surface p-1.5 text-ink shadow-lg"
      >
        <div className="px-2.5 py-2">
          <p className="truncate font-medium">{me.user.email}</p>
          <p className="truncate text-xs text-muted">
            {me.organization.name} · {t(`roles.${me.role}`)}
          </p>
        </div>
        <Link
          to="/organization"
          className="flex w-full items-center gap-2 rounded-md border-t border-line px-2.5 py-2 hover:bg-sunken"
        >
          <Building2 aria-hidden className="size-4 text-muted" />
          {t('organization.title')}
        </Link>
        <button
          type="button"
          disabled={logout.isPending}
          onClick={() => logout.mutate()}
          className="flex w-full items-center gap-2 rounded-md border-t border-line px-2.5 py-2 text-left hover:bg-sunken"
        >
          <LogOut aria-hidden className="size-4 text-muted" />
          {t('shell.logOut')}
        </button>
        {logout.isError && <ProblemNotice error={logout.error} />}
      </div>
    </>
  );
}
