import { useTranslation } from 'react-i18next';
import type { LimitUse, OrganizationAccount } from '../../api/client';
import { UseBar } from '../../dashboard/limits/use-bar';
import { limitWords } from '../../dashboard/limits/use-limit-words';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';

/** What the plan and the customer allow at most, and how much of it is used up. */
export function AccountLimitsCard({ account }: { account: OrganizationAccount }) {
  const { t } = useTranslation();
  const { limits } = account;
  const columns = useColumns(account);
  return (
    <Card title={t('organizations.limits')} isFlush>
      <DataTable label={t('organizations.limits')} rows={limits.uses} keyOf={keyOfUse} columns={columns} />
    </Card>
  );
}

const keyOfUse = ({ limitId, resource, scopeId }: LimitUse) => limitId ?? `${resource} ${scopeId}`;

function useColumns({ projects, apiKeys, limits }: OrganizationAccount): DataColumn<LimitUse>[] {
  const { t } = useTranslation();
  const words = limitWords(t, useFormat(), useTerms(), limits.currency, { projects, apiKeys });
  return [
    {
      key: 'limit',
      name: t('organizations.limit'),
      cell: ({ resource }) => <span className="font-medium">{words.resource(resource)}</span>,
    },
    { key: 'scope', name: t('organizations.scope'), cell: (use) => words.scope(use) },
    {
      key: 'setBy',
      name: t('organizations.setBy'),
      cell: ({ setBy }) => t(setBy === 'plan' ? 'organizations.setByPlan' : 'organizations.setByCustomer'),
    },
    { key: 'used', name: t('organizations.used'), cell: (use) => <UseBar use={use} words={words} /> },
  ];
}
