import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Limits, LimitUse } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Badge } from '../../ui/badge';
import { Card } from '../../ui/card';
import { FactList } from '../../ui/fact-list';
import { ProgressBar } from '../../ui/progress-bar';
import { useMe } from '../auth/auth.queries';
import { upcomingInvoiceQuery } from '../billing/billing.queries';
import { UseBar } from './use-bar';
import { REQUESTS_PER_SECOND, useLimitWords } from './use-limit-words';

/** What the plan allows in the running billing period. */
export function PlanLimitsCard({ limits }: { limits: Limits }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { can } = useMe();
  const { currency, periodStart, periodEnd, requestsPerSecond, requestsBurst, uses } = limits;
  const words = useLimitWords(currency);
  return (
    <Card title={t('limits.ofPlan')} hint={t('limits.ofPlanHint')}>
      <FactList
        facts={[
          { name: t('billing.period'), value: `${format.date(periodStart)} – ${format.date(periodEnd)}` },
          { name: words.resource(REQUESTS_PER_SECOND), value: format.number(requestsPerSecond) },
          { name: t('limits.burst'), value: format.number(requestsBurst) },
        ]}
      />
      <ul className="mt-5 grid gap-x-8 gap-y-4 border-t border-line pt-4 sm:grid-cols-2">
        {uses
          .filter(({ setBy }) => setBy === 'plan')
          .map((use) => (
            <li key={use.resource}>
              <h3 className="mb-0.5 flex flex-wrap items-center gap-2 font-medium">
                {words.resource(use.resource)}
                {use.isOverride && <Badge tone="accent">{t('planOverrides.badge')}</Badge>}
              </h3>
              <UseBar use={use} words={words} />
            </li>
          ))}
      </ul>
      {can('billing:read') && <Included withQuota={uses} />}
    </Card>
  );
}

/** What the plan includes of meters without a quota: beyond it each unit costs. */
function Included({ withQuota }: { withQuota: LimitUse[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const { data: upcoming } = useQuery(upcomingInvoiceQuery);
  const included = (upcoming?.lines ?? []).filter(
    ({ meter, plan, allowance }) =>
      plan === upcoming?.plan.name &&
      Number(allowance) > 0 &&
      !withQuota.some(({ setBy, resource }) => setBy === 'plan' && resource === meter),
  );
  if (included.length === 0) return null;
  return (
    <div className="mt-5 border-t border-line pt-4">
      <h3 className="font-semibold">{t('limits.includedTitle')}</h3>
      <p className="mb-3 text-muted">{t('limits.includedHint')}</p>
      <ul className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
        {included.map(({ meter, deviceClass, quantity, allowance }) => {
          const name = `${terms.name('meters', meter!)}${deviceClass && ` (${deviceClass})`}`;
          const share = Number(quantity) / Number(allowance);
          return (
            <li key={name} className="space-y-1.5">
              <h4 className="font-medium">{name}</h4>
              <p className="tabular-nums">
                {t('limits.used', { used: format.number(quantity), quantity: format.number(allowance) })}
              </p>
              <ProgressBar label={name} share={Math.min(share, 1)} tone={share > 1 ? 'warning' : 'accent'} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}
