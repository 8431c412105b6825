import { Link, Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/page-header';
import { useMe } from '../auth/auth.queries';

/** The pages of the person; the command palette finds them too. */
export function useAccountPages() {
  const { t } = useTranslation();
  return [
    { to: '/account', name: t('account.profile') },
    { to: '/account/security', name: t('account.security') },
    { to: '/account/sessions', name: t('sessions.title') },
  ] as const;
}

/** What concerns the person, whichever organization they are in: a page for each tab. */
export function AccountLayout() {
  const { t } = useTranslation();
  const { me } = useMe();
  const pages = useAccountPages();
  return (
    <>
      <PageHeader title={t('account.title')} hint={me.user.email} />
      <nav aria-label={t('account.tabs')} className="mb-4 flex flex-wrap gap-x-1 border-b border-line">
        {pages.map(({ to, name }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: true }}
            className="-mb-px border-b-2 border-transparent px-2 py-2 font-medium whitespace-nowrap text-muted hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink sm:px-3"
          >
            {name}
          </Link>
        ))}
      </nav>
      <div className="space-y-5">
        <Outlet />
      </div>
    </>
  );
}
