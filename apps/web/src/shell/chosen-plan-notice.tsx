import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { billingCreateCheckoutSession, type Plan, unwrap } from '../api/client';
import { useMe } from '../dashboard/auth/auth.queries';
import { plansQuery, upcomingInvoiceQuery } from '../dashboard/billing/billing.queries';
import { NextPrice } from '../dashboard/billing/next-price';
import { useFormat } from '../i18n/use-format';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { ProblemNotice } from '../ui/problem-notice';

/** The plan that somebody chose before they had an account, one press from paying for it; not there once they pay for one. */
export function ChosenPlanNotice({ plan: key }: { plan: string }) {
  const { can } = useMe();
  const enabled = can('billing:write');
  const { data: list } = useQuery({ ...plansQuery(undefined), enabled });
  const { data: upcoming } = useQuery({ ...upcomingInvoiceQuery, enabled });
  const find = (wanted: string | undefined) => list?.plans.find((each) => each.key === wanted);
  const chosen = find(key);
  const isFree = Number(find(upcoming?.plan.key)?.monthlyFee ?? 1) === 0;
  return chosen && isFree && Number(chosen.monthlyFee) > 0 ? <Chosen plan={chosen} /> : null;
}

function Chosen({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const format = useFormat();
  const checkout = useMutation({
    mutationFn: () => unwrap(billingCreateCheckoutSession({ body: { plan: plan.key, currency: plan.currency } })),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return (
    <div className="mb-5">
      <Notice>
        <p>{t('chosenPlan.text', { plan: plan.name, fee: format.money(plan.monthlyFee, plan.currency) })}</p>
        <NextPrice plan={plan} />
        <Button
          variant="primary"
          className="mt-2"
          isBusy={checkout.isPending || checkout.isSuccess}
          onClick={() => checkout.mutate()}
        >
          {t('chosenPlan.pay', { plan: plan.name })}
        </Button>
        {checkout.isError && (
          <div className="mt-2">
            <ProblemNotice error={checkout.error} />
          </div>
        )}
      </Notice>
    </div>
  );
}
