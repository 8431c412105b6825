import { queryOptions, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type OrganizationSummary, organizationsList, unwrapPages } from '../../api/client';
import { MeterHeaders, MeterQuantities } from '../../dashboard/usage/meter-columns';
import { shownMeters } from '../../dashboard/usage/shown-meters';
import { sumDecimals } from '../../dashboard/usage/sum-decimals';
import { metersQuery } from '../../dashboard/usage/usage.queries';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { PageHeader } from '../../ui/page-header';
import { QueryView } from '../../ui/query-view';
import { Cell, HeaderCell, Table } from '../../ui/table';

const organizationsQuery = queryOptions({
  queryKey: ['admin', 'organizations'],
  queryFn: () => unwrapPages((cursor) => organizationsList({ query: { limit: 100, cursor } })),
});

/** The operator's view: every customer, what they use and what they will pay. */
export function OrganizationsPage() {
  const { t } = useTranslation();
  const organizations = useQuery(organizationsQuery);
  return (
    <>
      <PageHeader title={t('organizations.title')} hint={t('organizations.hint')} />
      <QueryView query={organizations}>
        {(rows) => (
          <Card isFlush>
            <OrganizationsTable organizations={rows} />
          </Card>
        )}
      </QueryView>
    </>
  );
}

const usedBy = (organizations: OrganizationSummary[], meter: string) =>
  sumDecimals(
    organizations.flatMap(({ usage }) => usage.filter((row) => row.meter === meter).map(({ quantity }) => quantity)),
  );

function OrganizationsTable({ organizations }: { organizations: OrganizationSummary[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: known = [] } = useQuery(metersQuery);
  const meters = shownMeters(
    known,
    organizations.flatMap(({ usage }) => usage.map(({ meter }) => meter)),
  );
  return (
    <Table label={t('organizations.title')}>
      <thead>
        <tr>
          <HeaderCell>{t('ui.name')}</HeaderCell>
          <HeaderCell>{t('ui.created')}</HeaderCell>
          <HeaderCell isNumber>{t('organizations.members')}</HeaderCell>
          <HeaderCell>{t('billing.plan')}</HeaderCell>
          <MeterHeaders meters={meters} />
          <HeaderCell isNumber>{t('organizations.upcomingTotal')}</HeaderCell>
        </tr>
      </thead>
      <tbody>
        {organizations.map((organization) => (
          <tr key={organization.id}>
            <Cell className="font-medium">{organization.name}</Cell>
            <Cell className="whitespace-nowrap">{format.date(organization.createdAt)}</Cell>
            <Cell isNumber>{format.number(organization.members)}</Cell>
            <Cell>
              <span className="flex flex-wrap gap-1">
                <Badge>{organization.plan}</Badge>
                {organization.status !== 'active' && (
                  <Badge tone="danger">{t(`subscriptionStatus.${organization.status}`)}</Badge>
                )}
              </span>
            </Cell>
            <MeterQuantities meters={meters} quantityOf={(meter) => usedBy([organization], meter)} />
            <Cell isNumber>{format.money(organization.upcomingTotal, organization.currency)}</Cell>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <SumRow organizations={organizations} meters={meters} />
      </tfoot>
    </Table>
  );
}

function SumRow({ organizations, meters }: { organizations: OrganizationSummary[]; meters: string[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const members = organizations.reduce((sum, organization) => sum + organization.members, 0);
  const cell = 'border-t border-b-0';
  return (
    <tr className="font-semibold">
      <Cell colSpan={2} className={cell}>
        {t('organizations.sum', { count: organizations.length })}
      </Cell>
      <Cell isNumber className={cell}>
        {format.number(members)}
      </Cell>
      <Cell className={cell} />
      <MeterQuantities meters={meters} quantityOf={(meter) => usedBy(organizations, meter)} className={cell} />
      <Cell isNumber className={cell}>
        {sumByCurrency(organizations).map(([currency, total]) => (
          <div key={currency}>{format.money(total, currency)}</div>
        ))}
      </Cell>
    </tr>
  );
}

/** Amounts of different currencies do not add up. */
function sumByCurrency(organizations: OrganizationSummary[]): [currency: string, total: string][] {
  const groups = Map.groupBy(organizations, ({ currency }) => currency);
  return [...groups].map(([currency, group]) => [
    currency,
    sumDecimals(group.map(({ upcomingTotal }) => upcomingTotal)),
  ]);
}
