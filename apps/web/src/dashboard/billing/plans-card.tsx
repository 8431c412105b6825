import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { billingCreateCheckoutSession, type Plan, unwrap, type UpcomingInvoice } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';
import { plansQuery } from './billing.queries';
import { ChangePlanDialog } from './change-plan-dialog';
import { CurrencySelect } from './currency-select';
import { NextPrice } from './next-price';
import { PriceItem } from './price-item';

/** The price list, and the way to pay for another plan. */
export function PlansCard({ upcoming }: { upcoming: UpcomingInvoice }) {
  const { t } = useTranslation();
  const [currency, setCurrency] = useState<string>();
  const plans = useQuery(plansQuery(currency));
  const chosen = plans.data?.plans[0]?.currency ?? '';
  return (
    <section aria-labelledby="plans">
      <div className="mb-3 flex min-h-9 items-center justify-between gap-2">
        <h2 id="plans" className="text-[0.9375rem] font-semibold">
          {t('billing.plans')}
        </h2>
        <CurrencySelect currencies={plans.data?.currencies ?? []} value={chosen} onChange={setCurrency} />
      </div>
      <QueryView query={plans}>
        {(list) => (
          <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
            {list.plans.map((plan) => (
              <PlanItem key={plan.key} plan={plan} upcoming={upcoming} />
            ))}
          </ul>
        )}
      </QueryView>
    </section>
  );
}

function PlanItem({ plan, upcoming }: { plan: Plan; upcoming: UpcomingInvoice }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const format = useFormat();
  const { isPaidThroughStripe, next, pause } = upcoming;
  const isCurrent = plan.key === upcoming.plan.key;
  const mayChoose = !isCurrent && !pause && plan.key !== next?.key && can('billing:write');
  return (
    <li className={`flex flex-col rounded-lg border bg-surface p-5 ${isCurrent ? 'border-accent' : 'border-line'}`}>
      <div className="flex items-center justify-between gap-2">
        <h3 className="font-semibold">{plan.name}</h3>
        {isCurrent && <Badge tone="accent">{t('billing.yourPlan')}</Badge>}
      </div>
      <p className="mt-1">
        <span className="text-2xl font-semibold tabular-nums">{format.money(plan.monthlyFee, plan.currency)}</span>{' '}
        <span className="text-muted">{t('billing.perMonth')}</span>
      </p>
      {plan.trialDays > 0 && !isPaidThroughStripe && (
        <p className="text-xs text-muted">{t('billing.trialDays', { count: plan.trialDays })}</p>
      )}
      {Number(plan.commitment) > 0 && (
        <p className="text-xs text-muted">
          {t('billing.commitment', { amount: format.money(plan.commitment, plan.currency) })}
        </p>
      )}
      <NextPrice plan={plan} />
      {/* As high where there is none, so that the lists begin at one height. */}
      <div className="mt-4 min-h-9">
        {mayChoose && isPaidThroughStripe && <ChangeButton plan={plan} />}
        {mayChoose && !isPaidThroughStripe && Number(plan.monthlyFee) > 0 && <BuyButton plan={plan} />}
      </div>
      <ul className="mt-4 space-y-2.5">
        {plan.meters.map((price) => (
          <PriceItem key={`${price.meter} ${price.deviceClass}`} price={price} currency={plan.currency} />
        ))}
      </ul>
    </li>
  );
}

function ChangeButton({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button className="w-full" onClick={() => setIsOpen(true)}>
        {t('billing.changePlan', { plan: plan.name })}
      </Button>
      {isOpen && <ChangePlanDialog plan={plan} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function BuyButton({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const checkout = useMutation({
    mutationFn: () => unwrap(billingCreateCheckoutSession({ body: { plan: plan.key, currency: plan.currency } })),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return (
    <div className="space-y-3">
      {/* Stays busy on success, until the browser has left for Stripe. */}
      <Button
        variant="primary"
        className="w-full"
        isBusy={checkout.isPending || checkout.isSuccess}
        onClick={() => checkout.mutate()}
      >
        {t('billing.changePlan', { plan: plan.name })}
      </Button>
      {checkout.isError && <ProblemNotice error={checkout.error} />}
    </div>
  );
}
