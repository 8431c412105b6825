import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../dashboard/auth/auth.queries';
import { LanguageSelect } from './language-select';
import { Logo } from './logo';
import { ThemeToggle } from './theme-toggle';
import { UserMenu } from './user-menu';

const NAV_LINK =
  'inline-flex h-8 items-center rounded-md px-2.5 font-medium whitespace-nowrap text-muted hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:text-ink';

export function Header() {
  const { t } = useTranslation();
  const { me, can } = useMe();
  return (
    <header className="border-b border-line bg-surface">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-3 px-4 sm:px-6 lg:h-14 lg:flex-nowrap">
        <Link to="/" className="flex h-14 items-center gap-2 text-base font-semibold tracking-tight">
          <Logo />
          Kindred
        </Link>
        <nav
          aria-label={t('shell.navigation')}
          className="order-last flex w-full gap-1 overflow-x-auto p-0.5 pb-2.5 lg:order-none lg:w-auto lg:flex-1 lg:pb-0.5"
        >
          {can('project:read') && (
            <Link to="/" activeOptions={{ exact: true }} className={NAV_LINK}>
              {t('projects.title')}
            </Link>
          )}
          {can('usage:read') && (
            <Link to="/usage" className={NAV_LINK}>
              {t('usage.title')}
            </Link>
          )}
          {can('usage:read') && (
            <Link to="/limits" className={NAV_LINK}>
              {t('limits.title')}
            </Link>
          )}
          {can('usage:read') && (
            <Link to="/request-log" className={NAV_LINK}>
              {t('requestLog.title')}
            </Link>
          )}
          {can('project:read') && (
            <Link to="/webhooks" className={NAV_LINK}>
              {t('webhooks.title')}
            </Link>
          )}
          {can('billing:read') && (
            <Link to="/billing" className={NAV_LINK}>
              {t('billing.title')}
            </Link>
          )}
          {can('operator') && (
            <Link to="/admin/organizations" className={NAV_LINK}>
              {t('organizations.title')}
            </Link>
          )}
        </nav>
        <div className="ml-auto flex min-w-0 items-center gap-1">
          <LanguageSelect />
          <ThemeToggle />
          <UserMenu me={me} />
        </div>
      </div>
    </header>
  );
}
