import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { costsOfOrganization, type OrganizationMargins, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Card } from '../../ui/card';
import { DataTable } from '../../ui/data-table';
import { QueryView } from '../../ui/query-view';
import { useMarginColumns } from '../revenue/margins-card';

/** What an organization paid and cost, month by month. */
export function AccountMarginsCard({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation();
  const margins = useQuery({
    queryKey: ['admin', 'margins', organizationId],
    queryFn: () => unwrap(costsOfOrganization({ path: { organizationId } })),
  });
  return (
    <Card title={t('operator.margins.ofOrganization')} hint={t('operator.margins.hint')} isFlush>
      <QueryView query={margins}>{(found) => <Months margins={found} />}</QueryView>
    </Card>
  );
}

function Months({ margins: { currency, months } }: { margins: OrganizationMargins }) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = useMarginColumns(currency);
  return (
    <DataTable
      label={t('operator.margins.ofOrganization')}
      rows={months.toReversed()}
      keyOf={({ month }) => month}
      columns={[
        {
          key: 'month',
          name: t('operator.revenue.month'),
          isPinned: true,
          cell: ({ month }) => format.month(month),
        },
        ...columns,
      ]}
    />
  );
}
