import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Pause } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  billingChangePlan,
  pausesPause,
  pausesResume,
  type Pause as PauseOfPlan,
  unwrap,
  type UpcomingInvoice,
} from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { SelectField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { Notice } from '../../ui/notice';
import { useMe } from '../auth/auth.queries';

const MONTHS = [1, 2, 3] as const;

function useBillingChange<V>(change: (value: V) => Promise<unknown>, onSuccess: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['billing'] });
      onSuccess();
    },
  });
}

/** Pauses the plan from the end of the paid month. */
export function PauseButton({ upcoming: { plan, periodEnd } }: { upcoming: UpcomingInvoice }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isOpen, setIsOpen] = useState(false);
  const pause = useBillingChange(
    (months: number) => unwrap(pausesPause({ body: { months } })),
    () => setIsOpen(false),
  );
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>
        <Pause aria-hidden />
        {t('billing.pause.button')}
      </Button>
      {isOpen && (
        <FormDialog
          title={t('billing.pause.title', { plan: plan.name })}
          submitLabel={t('billing.pause.button')}
          onSubmit={(values) => pause.mutate(Number(values.get('months')))}
          onClose={() => setIsOpen(false)}
          isBusy={pause.isPending}
          error={pause.error}
        >
          <p>{t('billing.pause.text', { plan: plan.name, date: format.date(periodEnd) })}</p>
          <SelectField label={t('billing.pause.months')} name="months" defaultValue={1}>
            {MONTHS.map((count) => (
              <option key={count} value={count}>
                {t('billing.pause.forMonths', { count })}
              </option>
            ))}
          </SelectField>
        </FormDialog>
      )}
    </>
  );
}

/** That the plan is paused, or going to be, until when, and the ways out of it. */
export function PauseNotice({ upcoming, pause }: { upcoming: UpcomingInvoice; pause: PauseOfPlan }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const text = usePauseText(upcoming, pause);
  const [opened, setOpened] = useState<'resume' | 'end'>();
  const close = () => setOpened(undefined);
  const resume = useBillingChange(() => unwrap(pausesResume()), close);
  const end = useBillingChange(() => unwrap(billingChangePlan({ body: { plan: 'free' } })), close);
  const asked = opened === 'resume' ? resume : end;
  const [resumeLabel, endLabel] = [t('billing.pause.resume'), t('billing.pause.end')];
  return (
    <Notice tone="warning">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p>{text}</p>
        {can('billing:write') && (
          <div className="flex flex-wrap gap-2">
            <Button variant="primary" onClick={() => setOpened('resume')}>
              {resumeLabel}
            </Button>
            <Button onClick={() => setOpened('end')}>{endLabel}</Button>
          </div>
        )}
      </div>
      {opened && (
        <FormDialog
          title={opened === 'resume' ? resumeLabel : endLabel}
          submitLabel={opened === 'resume' ? resumeLabel : endLabel}
          onSubmit={() => asked.mutate(undefined)}
          onClose={close}
          isBusy={asked.isPending}
          error={asked.error}
        >
          <p>
            {t(
              opened === 'end'
                ? 'billing.pause.endText'
                : pause.isOn
                  ? 'billing.pause.resumeText'
                  : 'billing.pause.withdrawText',
            )}
          </p>
        </FormDialog>
      )}
    </Notice>
  );
}

/** Of customers and operators alike. */
export function usePauseText({ plan, next }: UpcomingInvoice, { from, until, isOn }: PauseOfPlan): string {
  const { t } = useTranslation();
  const format = useFormat();
  const words = { from: format.date(from), until: format.date(until) };
  return isOn
    ? t('billing.pause.on', { ...words, plan: next?.name ?? '' })
    : t('billing.pause.planned', { ...words, plan: plan.name });
}
