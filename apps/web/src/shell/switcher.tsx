import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Building2, ChevronsUpDown, FolderOpen, LayoutGrid, Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useMe } from '../dashboard/auth/auth.queries';
import { NewOrganizationDialog } from '../dashboard/organization/new-organization-dialog';
import { organizationsQuery } from '../dashboard/organization/organization.queries';
import { useChooseOrganization } from '../dashboard/organization/use-choose-organization';
import { projectsQuery } from '../dashboard/projects/projects.queries';
import { Menu, MenuItem } from '../ui/menu';
import { Logo } from './logo';

const TRIGGER =
  'flex min-h-9 w-full items-center gap-2 rounded-md border border-line-strong/60 px-2.5 text-left font-medium hover:bg-sunken';

/** Where one is: the organization, and which of its projects. */
export function Switcher({ isOperator }: { isOperator: boolean }) {
  const { t } = useTranslation();
  const { me, can } = useMe();
  return (
    <div className="grid grid-cols-1 gap-3">
      <Link
        to={isOperator ? '/admin/organizations' : '/projects'}
        className="flex min-h-9 items-center gap-2.5 px-1.5 text-base font-semibold tracking-tight"
      >
        <Logo />
        <span className="min-w-0">
          <span className="block leading-5">Kindred</span>
          {isOperator && (
            <span className="block truncate text-xs leading-4 font-normal tracking-normal text-muted">
              {t('shell.operator')}
            </span>
          )}
        </span>
      </Link>
      {!isOperator && (
        <div className="grid grid-cols-1 gap-1.5">
          {me.role ? (
            <OrganizationMenu />
          ) : (
            // On the pages of their account.
            <Link to="/organizations" className={TRIGGER}>
              <Building2 aria-hidden className="size-4 shrink-0 text-muted" />
              {t('myOrganizations.choose')}
            </Link>
          )}
          {can('project:read') && <ProjectMenu />}
        </div>
      )}
    </div>
  );
}

function OrganizationMenu() {
  const { t } = useTranslation();
  const { me } = useMe();
  const { data: organizations = [me.organization] } = useQuery(organizationsQuery);
  const choose = useChooseOrganization();
  const [isCreating, setIsCreating] = useState(false);
  return (
    <>
      <Menu
        label={t('shell.organizations')}
        trigger={
          <Button
            aria-label={t('shell.chooseOrganization', { organization: me.organization.name })}
            isDisabled={choose.isPending}
            className={TRIGGER}
          >
            <Building2 aria-hidden className="size-4 shrink-0 text-muted" />
            <span title={me.organization.name} className="min-w-0 flex-1 truncate">
              {me.organization.name}
            </span>
            <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted" />
          </Button>
        }
      >
        {organizations.map(({ id, name }) => (
          <MenuItem
            key={id}
            icon={Building2}
            isCurrent={id === me.organization.id}
            onAction={() => id !== me.organization.id && choose.mutate(id)}
          >
            {name}
          </MenuItem>
        ))}
        <MenuItem icon={Plus} onAction={() => setIsCreating(true)}>
          {t('myOrganizations.new')}
        </MenuItem>
      </Menu>
      {isCreating && <NewOrganizationDialog onClose={() => setIsCreating(false)} />}
    </>
  );
}

function ProjectMenu() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { projectId } = useParams({ strict: false });
  const { data: projects = [] } = useQuery(projectsQuery);
  const current = projects.find(({ id }) => id === projectId);
  return (
    <Menu
      label={t('shell.projects')}
      trigger={
        <Button
          aria-label={t('shell.chooseProject', { project: current?.name ?? t('projects.title') })}
          className={TRIGGER}
        >
          <FolderOpen aria-hidden className="size-4 shrink-0 text-muted" />
          <span title={current?.name} className="min-w-0 flex-1 truncate">
            {current?.name ?? t('projects.title')}
          </span>
          <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted" />
        </Button>
      }
    >
      <MenuItem icon={LayoutGrid} onAction={() => void navigate({ to: '/projects' })}>
        {t('shell.allProjects')}
      </MenuItem>
      {projects.map(({ id, name }) => (
        <MenuItem
          key={id}
          icon={FolderOpen}
          isCurrent={id === projectId}
          onAction={() => void navigate({ to: '/projects/$projectId', params: { projectId: id } })}
        >
          {name}
        </MenuItem>
      ))}
    </Menu>
  );
}
