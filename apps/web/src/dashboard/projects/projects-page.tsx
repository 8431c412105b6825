import { useInfiniteQuery } from '@tanstack/react-query';
import { Navigate, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ListedProject } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import type { DataColumn } from '../../ui/data-table';
import { ListCard } from '../../ui/list-card';
import { PageHeader } from '../../ui/page-header';
import { TextLink } from '../../ui/text-link';
import { useCreatedColumn, useNameColumn } from '../../ui/use-list-columns';
import { useMe } from '../auth/auth.queries';
import { NewProjectDialog } from './new-project-dialog';
import { projectListQuery, readProjectsView } from './projects.queries';
import { StepsIntroduction } from './steps-introduction';

export function ProjectsPage() {
  const { can } = useMe();
  // People who only pay see no projects.
  return can('project:read') ? <Projects /> : <Navigate to="/usage" replace />;
}

function Projects() {
  const { t } = useTranslation();
  const { can } = useMe();
  const navigate = useNavigate();
  const view = useSearch({ from: '/app/projects' });
  const projects = useInfiniteQuery(projectListQuery(view));
  const columns = useColumns();
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
      <ListCard
        label={t('projects.title')}
        query={projects}
        columns={columns}
        view={view}
        onView={(next) => void navigate({ to: '/projects', search: readProjectsView({ ...next }) })}
        searchHint={t('lists.nameOrId')}
        empty={<StepsIntroduction />}
        onOpen={({ id }) => void navigate({ to: '/projects/$projectId', params: { projectId: id } })}
      />
      {isCreating && <NewProjectDialog onClose={() => setIsCreating(false)} />}
    </>
  );
}

function useColumns(): DataColumn<ListedProject>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const createdColumn = useCreatedColumn<ListedProject>();
  const nameColumn = useNameColumn<ListedProject>(({ id, name }) => (
    <TextLink to="/projects/$projectId" params={{ projectId: id }}>
      {name}
    </TextLink>
  ));
  return [
    nameColumn,
    {
      key: 'dataSets',
      name: t('dataSets.title'),
      isNumber: true,
      cell: ({ dataSets }) => format.number(dataSets),
    },
    { key: 'models', name: t('models.title'), isNumber: true, cell: ({ models }) => format.number(models) },
    {
      key: 'deployments',
      name: t('projects.live'),
      isNumber: true,
      cell: ({ deployments }) => format.number(deployments),
    },
    createdColumn,
  ];
}
