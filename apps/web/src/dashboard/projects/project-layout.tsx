import { useQuery } from '@tanstack/react-query';
import { Outlet, useParams } from '@tanstack/react-router';
import { PageOf } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { projectQuery } from './projects.queries';

/** The pages of a project, which are there once it is known that the project is. */
export function ProjectLayout() {
  const { projectId } = useParams({ from: '/app/projects/$projectId' });
  const project = useQuery(projectQuery(projectId));
  return (
    <QueryView query={project} isPage>
      {({ name }) => (
        <PageOf value={name}>
          <Outlet />
        </PageOf>
      )}
    </QueryView>
  );
}
