import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Month } from '../tasks/month';
import { monthlyUses } from '../tasks/monthly-uses';
import { Choice } from '../ui/choice';
import { TextField } from '../ui/field';
import { QueryView } from '../ui/query-view';
import { EstimateTile } from './estimate-tile';
import { estimateQuery } from './visitors.queries';

/** So that typing a number asks once. */
const SETTLE_MS = 400;
const FIELDS = [
  { name: 'asked', max: 1e9 },
  { name: 'rows', max: 1e9 },
  { name: 'trainings', max: 1_000 },
  { name: 'minutes', max: 10_000 },
] as const satisfies { name: keyof Month; max: number }[];

/** What a month would cost on each plan, by the numbers that a shop owner knows. */
export function PriceCalculator({ currency }: { currency: string | undefined }) {
  const { t } = useTranslation();
  const [task, setTask] = useState<keyof typeof monthlyUses>('recommendation');
  const [month, setMonth] = useState<Month>({ asked: 50_000, rows: 100_000, trainings: 4, minutes: 10 });
  const uses = monthlyUses[task](useSettled(month));
  const estimate = useQuery(estimateQuery(uses, currency));
  const labels = {
    asked: task === 'recommendation' ? t('visitors.requests') : t('visitors.texts'),
    rows: t('visitors.rows'),
    trainings: t('visitors.trainings'),
    minutes: t('visitors.minutes'),
  };
  return (
    <section aria-labelledby="calculator" className="mt-10">
      <h2 id="calculator" className="text-xl font-semibold tracking-tight">
        {t('visitors.calculator')}
      </h2>
      <p className="mb-4 text-muted">{t('visitors.calculatorHint')}</p>
      <div className="grid items-start gap-4 lg:grid-cols-[18rem_minmax(0,1fr)]">
        <div className="space-y-4 rounded-lg border border-line bg-surface p-5">
          <Choice
            label={t('visitors.task')}
            value={task}
            onChange={setTask}
            options={[
              { value: 'recommendation', label: t('visitors.familyRecommendations') },
              { value: 'classification', label: t('visitors.familyTexts') },
            ]}
          />
          {FIELDS.map(({ name, max }) => (
            <TextField
              key={name}
              name={name}
              type="number"
              inputMode="numeric"
              min={0}
              max={max}
              label={labels[name]}
              hint={name === 'minutes' ? t('visitors.minutesHint') : undefined}
              value={month[name]}
              onChange={({ target }) => {
                const value = Math.trunc(Math.min(max, Math.max(0, target.valueAsNumber || 0)));
                setMonth({ ...month, [name]: value });
              }}
            />
          ))}
        </div>
        <QueryView query={estimate}>
          {({ plans }) => (
            <ul aria-live="polite" aria-busy={estimate.isFetching} className="grid items-start gap-4 md:grid-cols-2">
              {plans.map((plan) => (
                <EstimateTile key={plan.key} plan={plan} />
              ))}
            </ul>
          )}
        </QueryView>
      </div>
    </section>
  );
}

/** The value once it has stayed the same for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
