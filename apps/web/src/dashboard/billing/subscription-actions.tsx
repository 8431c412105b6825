import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CreditCard } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { billingOpenPortal, billingTakeBack, unwrap, type UpcomingInvoice } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';

/** That another plan takes the place of the present one, and the way back. */
export function NextPlanNotice({ upcoming: { plan, next } }: { upcoming: UpcomingInvoice }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queryClient = useQueryClient();
  const keep = useMutation({
    mutationFn: () => unwrap(billingTakeBack()),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['billing'] }),
  });
  if (!next) return null;
  return (
    <Notice tone="warning">
      <div className="flex flex-wrap items-center justify-between gap-3">
        {t('billing.scheduled', { plan: next.name, date: format.date(next.at) })}
        <Button isBusy={keep.isPending} onClick={() => keep.mutate()}>
          {t('billing.keepPlan', { plan: plan.name })}
        </Button>
      </div>
      {keep.isError && <ProblemNotice error={keep.error} />}
    </Notice>
  );
}

/** To Stripe's page of whoever pays through it. */
export function PortalButton() {
  const { t } = useTranslation();
  const portal = useMutation({
    mutationFn: () => unwrap(billingOpenPortal()),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return (
    <div className="space-y-2">
      <Button isBusy={portal.isPending || portal.isSuccess} onClick={() => portal.mutate()}>
        <CreditCard aria-hidden />
        {t('billing.portal')}
      </Button>
      <p className="text-xs text-muted">{t('billing.portalHint')}</p>
      {portal.isError && <ProblemNotice error={portal.error} />}
    </div>
  );
}
