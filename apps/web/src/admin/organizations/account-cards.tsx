import { useTranslation } from 'react-i18next';
import type { OrganizationAccount } from '../../api/client';
import { KeyStatusBadge } from '../../dashboard/api-keys/key-status-badge';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { RelativeTime } from '../../ui/relative-time';

type Member = OrganizationAccount['members'][number];
type Project = OrganizationAccount['projects'][number];
type Key = OrganizationAccount['apiKeys'][number];

export function MembersCard({ members }: Pick<OrganizationAccount, 'members'>) {
  const { t } = useTranslation();
  const columns = useMemberColumns();
  return (
    <Card title={t('organizations.members')} isFlush>
      <DataTable label={t('organizations.members')} rows={members} keyOf={({ userId }) => userId} columns={columns} />
    </Card>
  );
}

export function ProjectsCard({ projects }: Pick<OrganizationAccount, 'projects'>) {
  const { t } = useTranslation();
  const columns = useProjectColumns();
  return (
    <Card title={t('organizations.projects')} isFlush>
      {projects.length === 0 ? (
        <p className="px-5 py-4 text-muted">{t('organizations.noProjects')}</p>
      ) : (
        <DataTable label={t('organizations.projects')} rows={projects} keyOf={({ id }) => id} columns={columns} />
      )}
    </Card>
  );
}

export function KeysCard({ apiKeys, projects }: Pick<OrganizationAccount, 'apiKeys' | 'projects'>) {
  const { t } = useTranslation();
  const columns = useKeyColumns(projects);
  return (
    <Card title={t('organizations.keys')} isFlush>
      {apiKeys.length === 0 ? (
        <p className="px-5 py-4 text-muted">{t('organizations.noKeys')}</p>
      ) : (
        <DataTable label={t('organizations.keys')} rows={apiKeys} keyOf={({ id }) => id} columns={columns} />
      )}
    </Card>
  );
}

function useMemberColumns(): DataColumn<Member>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      key: 'email',
      name: t('organizations.email'),
      cell: ({ email }) => <span className="font-medium break-all">{email}</span>,
    },
    { key: 'role', name: t('organizations.role'), cell: ({ role }) => <Badge>{t(`roles.${role}`)}</Badge> },
    { key: 'joined', name: t('organizations.joined'), cell: ({ createdAt }) => format.date(createdAt) },
  ];
}

function useProjectColumns(): DataColumn<Project>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      key: 'name',
      name: t('ui.name'),
      cell: ({ name }) => <span className="font-medium break-words">{name}</span>,
    },
    { key: 'created', name: t('ui.created'), cell: ({ createdAt }) => format.date(createdAt) },
  ];
}

function useKeyColumns(projects: Project[]): DataColumn<Key>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      key: 'name',
      name: t('ui.name'),
      cell: ({ name, prefix }) => (
        <>
          <p className="font-medium break-words">{name}</p>
          <code className="text-xs text-muted">{prefix}…</code>
        </>
      ),
    },
    {
      key: 'project',
      name: t('organizations.project'),
      cell: ({ projectId }) => projects.find(({ id }) => id === projectId)?.name ?? projectId,
    },
    { key: 'state', name: t('operator.jobs.status'), cell: (apiKey) => <KeyStatusBadge apiKey={apiKey} /> },
    {
      key: 'lastUsed',
      name: t('organizations.lastUsed'),
      cell: ({ lastUsedAt }) =>
        lastUsedAt ? <RelativeTime time={lastUsedAt} /> : <span>{t('organizations.never')}</span>,
    },
    { key: 'created', name: t('ui.created'), cell: ({ createdAt }) => format.date(createdAt) },
  ];
}
