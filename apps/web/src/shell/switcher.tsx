import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ChevronsUpDown, FolderOpen, LayoutGrid } from 'lucide-react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useMe } from '../dashboard/auth/auth.queries';
import { projectsQuery } from '../dashboard/projects/projects.queries';
import { Menu, MenuItem } from '../ui/menu';
import { Logo } from './logo';

/** Where one is: the organization, and which of its projects. */
export function Switcher({ isOperator }: { isOperator: boolean }) {
  const { t } = useTranslation();
  const { me, can } = useMe();
  return (
    <div className="grid gap-3">
      <Link to="/" className="flex min-h-9 items-center gap-2.5 px-1.5 text-base font-semibold tracking-tight">
        <Logo />
        <span className="min-w-0">
          <span className="block leading-5">Kindred</span>
          <span className="block truncate text-xs leading-4 font-normal tracking-normal text-muted">
            {isOperator ? t('shell.operator') : me.organization.name}
          </span>
        </span>
      </Link>
      {!isOperator && can('project:read') && <ProjectMenu />}
    </div>
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
          className="flex min-h-9 w-full items-center gap-2 rounded-md border border-line-strong/60 px-2.5 text-left font-medium hover:bg-sunken"
        >
          <FolderOpen aria-hidden className="size-4 shrink-0 text-muted" />
          <span className="min-w-0 flex-1 truncate">{current?.name ?? t('projects.title')}</span>
          <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted" />
        </Button>
      }
    >
      <MenuItem icon={LayoutGrid} onAction={() => void navigate({ to: '/' })}>
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
