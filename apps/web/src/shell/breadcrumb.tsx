import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useParams } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { accountQuery } from '../admin/organizations/organizations.queries';
import { useMe } from '../dashboard/auth/auth.queries';
import { dataSetQuery } from '../dashboard/data-sets/data-sets.queries';
import { deploymentQuery } from '../dashboard/deployments/deployments.queries';
import { modelQuery } from '../dashboard/models/models.queries';
import { projectQuery } from '../dashboard/projects/projects.queries';
import { useNavigation } from './navigation';

const CRUMB = 'max-w-48 truncate rounded text-muted hover:text-ink';

/** The pages above this one. The page itself is its heading. */
export function Breadcrumb() {
  const { t } = useTranslation();
  const { can } = useMe();
  const { pathname } = useLocation();
  const {
    projectId = '',
    dataSetId = '',
    modelId = '',
    deploymentId = '',
    organizationId = '',
  } = useParams({ strict: false });
  const { project: pages, organization, operator } = useNavigation();
  const { data: project } = useQuery({
    ...projectQuery(projectId),
    enabled: Boolean(projectId) && can('project:read'),
  });
  const { data: dataSet } = useQuery({ ...dataSetQuery(projectId, dataSetId), enabled: Boolean(dataSetId) });
  const { data: model } = useQuery({ ...modelQuery(projectId, modelId), enabled: Boolean(modelId) });
  const { data: deployment } = useQuery({
    ...deploymentQuery(projectId, deploymentId),
    enabled: Boolean(deploymentId),
  });
  const { data: account } = useQuery({ ...accountQuery(organizationId), enabled: Boolean(organizationId) });
  const thing = dataSet ?? model ?? deployment ?? account;
  const addressOf = (to: string) => to.replace('$projectId', projectId);
  const section = [...pages, ...organization, ...operator].findLast(({ to }) => pathname.startsWith(addressOf(to)));
  const isBelow = section && pathname.replace(/\/$/, '') !== addressOf(section.to);
  return (
    <nav aria-label={t('shell.breadcrumb')} className="flex min-w-0 items-center gap-1.5 max-sm:hidden">
      {project && (
        <Link to="/projects/$projectId" params={{ projectId }} activeOptions={{ exact: true }} className={CRUMB}>
          {project.name}
        </Link>
      )}
      {section && section.to !== '/projects/$projectId' && (
        <>
          {project && <Separator />}
          {isBelow ? (
            <Link to={section.to} params={{ projectId }} activeOptions={{ exact: true }} className={CRUMB}>
              {section.name}
            </Link>
          ) : (
            <span className="truncate">{section.name}</span>
          )}
        </>
      )}
      {isBelow && thing && (
        <>
          <Separator />
          <span className="max-w-64 truncate">{thing.name}</span>
        </>
      )}
    </nav>
  );
}

const Separator = () => <ChevronRight aria-hidden className="size-3.5 shrink-0 text-muted" />;
