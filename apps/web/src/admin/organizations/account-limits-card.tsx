import { useTranslation } from 'react-i18next';
import type { OrganizationAccount } from '../../api/client';
import { UseBar } from '../../dashboard/limits/use-bar';
import { limitWords } from '../../dashboard/limits/use-limit-words';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';

/** What the plan and the customer allow at most, and how much of it is used up. */
export function AccountLimitsCard({ account }: { account: OrganizationAccount }) {
  const { t } = useTranslation();
  const { projects, apiKeys, limits } = account;
  const words = limitWords(t, useFormat(), useTerms(), limits.currency, { projects, apiKeys });
  return (
    <Card title={t('organizations.limits')}>
      <ul className="grid gap-x-8 gap-y-4 sm:grid-cols-2 xl:grid-cols-3">
        {limits.uses.map((use) => (
          <li key={use.limitId ?? use.resource}>
            <h3 className="mb-0.5 flex flex-wrap items-center gap-2 font-medium">
              {words.resource(use.resource)}
              {use.isOverride && <Badge tone="accent">{t('planOverrides.badge')}</Badge>}
              {use.setBy === 'customer' && (
                <Badge tone="accent">{t('organizations.setByCustomer', { scope: words.scope(use) })}</Badge>
              )}
            </h3>
            <UseBar use={use} words={words} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
