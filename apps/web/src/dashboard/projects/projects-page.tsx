import { useQuery } from '@tanstack/react-query';
import { Link, Navigate } from '@tanstack/react-router';
import { FolderOpen, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Project } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';
import { NewProjectDialog } from './new-project-dialog';
import { projectsQuery } from './projects.queries';
import { StepsIntroduction } from './steps-introduction';

export function ProjectsPage() {
  const { can } = useMe();
  // People who only pay see no projects.
  return can('project:read') ? <Projects /> : <Navigate to="/usage" replace />;
}

function Projects() {
  const { t } = useTranslation();
  const { can } = useMe();
  const projects = useQuery(projectsQuery);
  const [isCreating, setIsCreating] = useState(false);
  return (
    <>
      <PageHeader
        title={t('projects.title')}
        hint={t('projects.hint')}
        actions={
          can('project:write') && (
            <Button variant="primary" onClick={() => setIsCreating(true)}>
              <Plus aria-hidden />
              {t('projects.new')}
            </Button>
          )
        }
      />
      <QueryView query={projects}>
        {(rows) =>
          rows.length === 0 ? (
            <StepsIntroduction />
          ) : (
            <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
              {rows.map((project) => (
                <ProjectCard key={project.id} project={project} />
              ))}
            </ul>
          )
        }
      </QueryView>
      {isCreating && <NewProjectDialog onClose={() => setIsCreating(false)} />}
    </>
  );
}

function ProjectCard({ project }: { project: Project }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li>
      <Link
        to="/projects/$projectId"
        params={{ projectId: project.id }}
        className="flex items-center gap-3.5 rounded-lg border border-line bg-surface p-4 transition-colors hover:border-line-strong"
      >
        <span className="grid size-10 shrink-0 place-items-center rounded-md bg-accent-soft text-accent">
          <FolderOpen aria-hidden className="size-5" />
        </span>
        <span className="min-w-0">
          <span className="block truncate font-semibold">{project.name}</span>
          <span className="block text-xs text-muted">
            {t('projects.created', { date: format.date(project.createdAt) })}
          </span>
        </span>
      </Link>
    </li>
  );
}
