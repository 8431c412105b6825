import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/page-header';
import { useMe } from '../auth/auth.queries';

/** The pages of the organization that the person may see; the command palette finds them too. */
export function useOrganizationPages() {
  const { t } = useTranslation();
  const { can } = useMe();
  return (
    [
      { to: '/organization', name: t('organization.general'), needs: 'organization:read' },
      { to: '/organization/members', name: t('members.title'), needs: 'members:read' },
      { to: '/organization/invitations', name: t('invitations.title'), needs: 'members:read' },
      { to: '/organization/roles', name: t('roleTable.title'), needs: 'members:read' },
      { to: '/organization/single-sign-on', name: t('singleSignOn.title'), needs: 'organization:write' },
      { to: '/organization/audit', name: t('auditLog.title'), needs: 'audit:read' },
    ] as const
  ).filter(({ needs }) => can(needs));
}

interface OrganizationFrameProps {
  title: string;
  hint: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The pages of the organization itself, with the way from one to the other. */
export function OrganizationFrame({ title, hint, actions, children }: OrganizationFrameProps) {
  const { t } = useTranslation();
  const pages = useOrganizationPages();
  return (
    <>
      <nav aria-label={t('organization.title')} className="mb-5 flex flex-wrap gap-x-1 border-b border-line">
        {pages.map(({ to, name }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: true, includeSearch: false }}
            className="-mb-px border-b-2 border-transparent px-2 py-2 font-medium whitespace-nowrap text-muted hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink sm:px-3"
          >
            {name}
          </Link>
        ))}
      </nav>
      <PageHeader title={title} hint={hint} actions={actions} />
      {children}
    </>
  );
}
