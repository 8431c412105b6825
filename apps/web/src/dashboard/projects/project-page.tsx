import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { projectsDelete, projectsRename, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { ManageActions } from '../../ui/manage-actions';
import { PageHeader } from '../../ui/page-header';
import { useMe } from '../auth/auth.queries';
import { FirstSteps } from './first-steps/first-steps';
import { projectQuery, projectsQuery } from './projects.queries';

/** What the project does; until it answers, how far it is on its way there, with links to each step. */
export function ProjectPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { can } = useMe();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { projectId } = useParams({ from: '/app/projects/$projectId' });
  const project = useQuery(projectQuery(projectId));
  return (
    <>
      <PageHeader
        title={t('projects.overview')}
        hint={project.data && t('projects.created', { date: format.date(project.data.createdAt) })}
        actions={
          can('project:write') &&
          project.data && (
            <ManageActions
              name={project.data.name}
              deleteText={t('projects.deleteText')}
              onRename={async (name) => {
                await unwrap(projectsRename({ path: { projectId }, body: { name } }));
                await queryClient.invalidateQueries({ queryKey: projectsQuery.queryKey });
              }}
              onDelete={async () => {
                await unwrap(projectsDelete({ path: { projectId } }));
                await navigate({ to: '/projects' });
                await queryClient.invalidateQueries({ queryKey: projectsQuery.queryKey });
              }}
            />
          )
        }
      />
      <FirstSteps projectId={projectId} />
    </>
  );
}
