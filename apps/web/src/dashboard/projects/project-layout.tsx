import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { FolderOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { QueryView } from '../../ui/query-view';
import { projectQuery } from './projects.queries';

const TAB =
  '-mb-px inline-flex h-10 items-center border-b-2 border-transparent px-3 font-medium whitespace-nowrap text-muted hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink';

/** Name and navigation of a project, above each of its pages. */
export function ProjectLayout() {
  const { t } = useTranslation();
  const { projectId } = useParams({ from: '/app/projects/$projectId' });
  const project = useQuery(projectQuery(projectId));
  const params = { projectId };
  return (
    <QueryView query={project} isPage>
      {({ name }) => (
        <>
          <Link
            to="/projects/$projectId"
            params={params}
            activeOptions={{ exact: true }}
            className="mb-1 inline-flex min-h-6 max-w-full items-center gap-2 font-semibold hover:text-accent"
          >
            <FolderOpen aria-hidden className="size-4 shrink-0 text-muted" />
            <span className="truncate">{name}</span>
          </Link>
          <nav
            aria-label={t('projects.navigation')}
            className="mb-6 flex gap-1 overflow-x-auto overflow-y-hidden border-b border-line"
          >
            <Link to="/projects/$projectId" params={params} activeOptions={{ exact: true }} className={TAB}>
              {t('projects.overview')}
            </Link>
            <Link to="/projects/$projectId/data-sets" params={params} className={TAB}>
              {t('dataSets.title')}
            </Link>
            <Link to="/projects/$projectId/models" params={params} className={TAB}>
              {t('models.title')}
            </Link>
            <Link to="/projects/$projectId/deployments" params={params} className={TAB}>
              {t('deployments.title')}
            </Link>
            <Link to="/projects/$projectId/api-keys" params={params} className={TAB}>
              {t('apiKeys.title')}
            </Link>
            <Link to="/projects/$projectId/end-users" params={params} className={TAB}>
              {t('endUsers.title')}
            </Link>
          </nav>
          <Outlet />
        </>
      )}
    </QueryView>
  );
}
