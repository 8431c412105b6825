import { useTranslation } from 'react-i18next';
import type { Limits } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Card } from '../../ui/card';
import { FactList } from '../../ui/fact-list';
import { UseBar } from './use-bar';
import { REQUESTS_PER_SECOND, useLimitWords } from './use-limit-words';

/** What the plan allows in the running billing period. */
export function PlanLimitsCard({ limits }: { limits: Limits }) {
  const { t } = useTranslation();
  const format = useFormat();
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
              <h3 className="mb-0.5 font-medium">{words.resource(use.resource)}</h3>
              <UseBar use={use} words={words} />
            </li>
          ))}
      </ul>
    </Card>
  );
}
