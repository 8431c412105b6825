import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { billingChangePlan, billingPreviewChange, type Plan, type PlanChangePreview, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { buttonClass } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FormDialog } from '../../ui/form-dialog';
import { Notice } from '../../ui/notice';
import { QueryView } from '../../ui/query-view';
import { toast } from '../../ui/toasts';

/** What another plan would cost, and the way to it. */
export function ChangePlanDialog({ plan, onClose }: { plan: Plan; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queryClient = useQueryClient();
  const preview = useQuery({
    queryKey: ['billing', 'plan-change', plan.key],
    queryFn: () => unwrap(billingPreviewChange({ body: { plan: plan.key } })),
    // Credit for what is left of the month is by the second.
    gcTime: 0,
    retry: false,
  });
  const change = useMutation({
    mutationFn: () => unwrap(billingChangePlan({ body: { plan: plan.key } })),
    onSuccess: async ({ takesEffect, effectiveAt }) => {
      await queryClient.invalidateQueries({ queryKey: ['billing'] });
      if (takesEffect === 'when_paid') return;
      const words = { plan: plan.name, date: format.date(effectiveAt ?? '') };
      toast(takesEffect === 'now' ? t('billing.changed', words) : t('billing.scheduled', words));
      onClose();
    },
  });
  if (change.data?.takesEffect === 'when_paid')
    return <PayDialog plan={plan} url={change.data.payUrl} onClose={onClose} />;
  return (
    <FormDialog
      title={t('billing.changeTitle', { plan: plan.name })}
      submitLabel={t('billing.changePlan', { plan: plan.name })}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      isBusy={change.isPending}
      isDisabled={!preview.data}
      error={change.error}
    >
      <QueryView query={preview}>{(found) => <Preview preview={found} />}</QueryView>
    </FormDialog>
  );
}

function Preview({ preview }: { preview: PlanChangePreview }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { plan, currency, monthlyFee, takesEffect, effectiveAt, dueNow, tax, lines, usageDue } = preview;
  const words = { plan: plan.name, date: format.date(effectiveAt) };
  const money = (amount: string) => format.money(amount, currency);
  const later = plan.key === 'free' ? t('billing.changeToFree', words) : t('billing.changeLater', words);
  return (
    <>
      <p>{takesEffect === 'now' ? t('billing.changeNow', words) : later}</p>
      <dl className="mt-4 grid grid-cols-[minmax(0,1fr)_auto] gap-x-6 gap-y-1.5 tabular-nums">
        {lines.map(({ description, amount }) => (
          <Row key={description} name={description} amount={money(amount)} />
        ))}
        {Number(tax) !== 0 && <Row name={t('billing.tax')} amount={money(tax)} />}
        {takesEffect === 'now' && <Row name={t('billing.changeDueNow')} amount={money(dueNow)} isSum />}
        {usageDue !== null && Number(usageDue) > 0 && (
          <Row name={t('billing.changeUsageDue')} amount={money(usageDue)} />
        )}
        <Row name={t('billing.changeMonthly')} amount={`${money(monthlyFee)} ${t('billing.perMonth')}`} />
      </dl>
    </>
  );
}

function Row({ name, amount, isSum }: { name: string; amount: string; isSum?: boolean }) {
  const className = isSum ? 'border-t border-line pt-1.5 font-semibold' : '';
  return (
    <>
      <dt className={`wrap-anywhere ${className}`}>{name}</dt>
      <dd className={`text-right ${className}`}>{amount}</dd>
    </>
  );
}

/** The card was refused, or its bank asks who pays: Stripe's page does the rest. */
function PayDialog({ plan, url, onClose }: { plan: Plan; url: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('billing.changeTitle', { plan: plan.name })} onClose={onClose}>
      <Notice tone="warning">{t('billing.whenPaid', { plan: plan.name })}</Notice>
      {url && (
        <a href={url} className={`${buttonClass('primary')} mt-4`}>
          {t('invoices.pay')}
        </a>
      )}
    </Dialog>
  );
}
