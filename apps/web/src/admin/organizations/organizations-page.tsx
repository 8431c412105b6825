import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Building2, Search } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { OrganizationSummary } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { EmptyState } from '../../ui/empty-state';
import { MoreButton } from '../../ui/more-button';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { RelativeTime } from '../../ui/relative-time';
import { TextLink } from '../../ui/text-link';
import { organizationsQuery, type OrganizationsView, readOrganizationsView } from './organizations.queries';
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
        actions={<SearchForm view={view} isBusy={organizations.isPlaceholderData} onSearch={show} />}
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

interface SearchFormProps {
  view: OrganizationsView;
  isBusy: boolean;
  onSearch: (view: OrganizationsView) => void;
}

function SearchForm({ view, isBusy, onSearch }: SearchFormProps) {
  const { t } = useTranslation();
  return (
    <search>
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          onSearch({ ...view, search: String(new FormData(event.currentTarget).get('search')) });
        }}
      >
        <input
          // What was typed and not searched for must not outlive a change of the address.
          key={view.search}
          type="search"
          name="search"
          maxLength={200}
          defaultValue={view.search}
          aria-label={t('organizations.searchHint')}
          placeholder={t('organizations.searchHint')}
          className="h-9 w-64 min-w-0 rounded-md border border-line-strong bg-surface px-2.5 placeholder:text-muted"
        />
        <Button type="submit" isBusy={isBusy}>
          {!isBusy && <Search aria-hidden />}
          {t('organizations.search')}
        </Button>
      </form>
    </search>
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
      cell: ({ id, name, ownerEmail }) => (
        <div className="max-w-72 break-words">
          <TextLink to="/admin/organizations/$organizationId" params={{ organizationId: id }}>
            {name}
          </TextLink>
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
