import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Building2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { OrganizationSummary } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { MoreButton } from '../../ui/more-button';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { SearchForm } from '../../ui/search-form';
import { TextLink } from '../../ui/text-link';
import { organizationsQuery, readOrganizationsView } from './organizations.queries';
import { PlanBadges } from './plan-badges';

/** The operator's view: every customer, what they use and what they will pay. */
export function OrganizationsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const columns = useColumns();
  const view = useSearch({ from: '/app/admin/organizations' });
  const organizations = useInfiniteQuery(organizationsQuery(view));
  const show = (next: Record<string, unknown>) =>
    void navigate({ to: '/admin/organizations', search: readOrganizationsView(next) });
  return (
    <>
      <PageHeader
        title={t('organizations.title')}
        hint={t('organizations.hint')}
        actions={
          <SearchForm
            hint={t('organizations.searchHint')}
            search={view.search}
            isBusy={organizations.isPlaceholderData}
            onSearch={(search) => show({ ...view, search })}
          />
        }
      />
      <QueryView query={organizations}>
        {({ pages }) => (
          <Card isFlush>
            {pages[0]!.data.length === 0 ? (
              <EmptyState icon={Building2} title={t('organizations.none')}>
                {t('organizations.noneText')}
              </EmptyState>
            ) : (
              <DataTable
                label={t('organizations.title')}
                columns={columns}
                rows={pages.flatMap(({ data }) => data)}
                keyOf={({ id }) => id}
                sort={{ key: view.sort ?? 'createdAt', isDescending: view.order !== 'asc' }}
                onSort={({ key, isDescending }) => show({ ...view, sort: key, order: isDescending ? 'desc' : 'asc' })}
                onOpen={({ id }) =>
                  void navigate({ to: '/admin/organizations/$organizationId', params: { organizationId: id } })
                }
              />
            )}
            <MoreButton query={organizations} />
          </Card>
        )}
      </QueryView>
    </>
  );
}

function useColumns(): DataColumn<OrganizationSummary>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return [
    {
      key: 'name',
      name: t('ui.name'),
      isPinned: true,
      cell: ({ id, name, ownerEmail, isSuspended }) => (
        <div className="max-w-72 break-words">
          <TextLink to="/admin/organizations/$organizationId" params={{ organizationId: id }}>
            {name}
          </TextLink>
          {isSuspended && (
            <span className="ml-2">
              <Badge tone="danger">{t('suspension.suspended')}</Badge>
            </span>
          )}
          <p className="text-xs text-muted">{ownerEmail}</p>
        </div>
      ),
    },
    { key: 'plan', name: t('billing.plan'), cell: ({ plan, status }) => <PlanBadges plan={plan} status={status} /> },
    {
      key: 'requests',
      name: t('organizations.requests'),
      isNumber: true,
      isSortable: true,
      cell: ({ requests }) => format.number(requests),
    },
    {
      key: 'members',
      name: t('organizations.members'),
      isNumber: true,
      cell: ({ members }) => format.number(members),
    },
    {
      key: 'lastActivity',
      name: t('organizations.lastActivity'),
      cell: ({ lastActivityAt }) =>
        lastActivityAt ? <RelativeTime time={lastActivityAt} /> : t('organizations.never'),
    },
    {
      key: 'createdAt',
      name: t('ui.created'),
      isSortable: true,
      cell: ({ createdAt }) => <span className="whitespace-nowrap">{format.date(createdAt)}</span>,
    },
    {
      key: 'upcomingTotal',
      name: t('organizations.upcomingTotal'),
      isNumber: true,
      isPinned: true,
      isSortable: true,
      cell: ({ upcomingTotal, currency }) => (
        <span className="font-semibold">{format.money(upcomingTotal, currency)}</span>
      ),
    },
  ];
}
