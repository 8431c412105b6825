import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type CreditBalance,
  creditsBuy,
  creditsDeleteTopUp,
  creditsPutTopUp,
  type CreditsPutTopUpData,
  unwrap,
} from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button, buttonClass } from '../../ui/button';
import { Card } from '../../ui/card';
import { DataTable } from '../../ui/data-table';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { MoreButton } from '../../ui/more-button';
import { Notice } from '../../ui/notice';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';
import { useMe } from '../auth/auth.queries';
import { CreditBalanceFacts, useCreditGrantColumns } from './credit-balance-facts';
import { creditBalanceQuery, creditGrantsQuery } from './credits.queries';

/** Prepaid credits: what is left of them, buying more, and having more bought. */
export function CreditsCard() {
  const { t } = useTranslation();
  const { can } = useMe();
  const [opened, setOpened] = useState<'buy' | 'topUp'>();
  const balance = useQuery(creditBalanceQuery);
  const close = () => setOpened(undefined);
  return (
    <Card
      title={t('credits.title')}
      hint={t('credits.hint')}
      isFlush
      actions={
        can('billing:write') && (
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => setOpened('buy')}>{t('credits.buy')}</Button>
            <Button onClick={() => setOpened('topUp')}>{t('credits.topUp')}</Button>
          </div>
        )
      }
    >
      <QueryView query={balance}>
        {(credits) => (
          <>
            <div className="space-y-4 px-5 py-4">
              <CreditBalanceFacts credits={credits} />
              <Notices credits={credits} />
            </div>
            {opened === 'buy' && <BuyDialog currency={credits.currency} onClose={close} />}
            {opened === 'topUp' && <TopUpDialog credits={credits} onClose={close} />}
          </>
        )}
      </QueryView>
      <Grants />
    </Card>
  );
}

function Notices({ credits: { unpaid, topUp, currency } }: { credits: CreditBalance }) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = (amount: string) => format.money(amount, currency);
  return (
    <>
      {unpaid && (
        <Notice tone="warning">
          <div className="flex flex-wrap items-center justify-between gap-3">
            {t('credits.unpaid', { amount: money(unpaid.amount) })}
            {unpaid.payUrl && (
              <a href={unpaid.payUrl} className={buttonClass('primary')}>
                {t('invoices.pay')}
              </a>
            )}
          </div>
        </Notice>
      )}
      {topUp?.stoppedAt && (
        <Notice tone="danger">{t('credits.stopped', { time: format.dateTime(topUp.stoppedAt) })}</Notice>
      )}
      {topUp && !topUp.stoppedAt && (
        <p className="text-muted">
          {t('credits.topsUp', {
            amount: money(topUp.amount),
            threshold: money(topUp.threshold),
            max: money(topUp.monthlyMax),
          })}
        </p>
      )}
    </>
  );
}

function Grants() {
  const { t } = useTranslation();
  const grants = useInfiniteQuery(creditGrantsQuery);
  const columns = useCreditGrantColumns();
  return (
    <>
      <QueryView query={grants}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) return null;
          return <DataTable label={t('credits.title')} rows={rows} keyOf={({ id }) => id} columns={columns} />;
        }}
      </QueryView>
      <MoreButton query={grants} />
    </>
  );
}

function useCreditsChange<V, R>(change: (value: V) => Promise<R>, onSuccess: (result: R) => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async (result) => {
      await queryClient.invalidateQueries({ queryKey: ['billing'] });
      onSuccess(result);
    },
  });
}

function BuyDialog({ currency, onClose }: { currency: string; onClose: () => void }) {
  const { t } = useTranslation();
  const buy = useCreditsChange(
    (amount: string) => unwrap(creditsBuy({ body: { amount, currency } })),
    ({ payUrl }) => (payUrl ? window.location.assign(payUrl) : onClose()),
  );
  return (
    <FormDialog
      title={t('credits.buy')}
      submitLabel={t('credits.buy')}
      onSubmit={(values) => buy.mutate(textOf(values, 'amount'))}
      onClose={onClose}
      isBusy={buy.isPending}
      error={buy.error}
    >
      <AmountField name="amount" label="amount" currency={currency} />
      <p className="text-sm text-muted">{t('credits.buyHint')}</p>
    </FormDialog>
  );
}

function TopUpDialog({ credits, onClose }: { credits: CreditBalance; onClose: () => void }) {
  const { t } = useTranslation();
  const { currency, topUp } = credits;
  const put = useCreditsChange(
    (body: CreditsPutTopUpData['body']) => unwrap(creditsPutTopUp({ body })),
    () => onClose(),
  );
  const end = useCreditsChange(
    () => unwrap(creditsDeleteTopUp()),
    () => onClose(),
  );
  return (
    <FormDialog
      title={t('credits.topUp')}
      submitLabel={t('credits.save')}
      onSubmit={(values) =>
        put.mutate({
          currency,
          threshold: textOf(values, 'threshold'),
          amount: textOf(values, 'amount'),
          monthlyMax: textOf(values, 'monthlyMax'),
        })
      }
      onClose={onClose}
      isBusy={put.isPending}
      error={put.error}
    >
      <p className="text-sm text-muted">{t('credits.topUpHint')}</p>
      <AmountField name="threshold" label="threshold" currency={currency} value={topUp?.threshold} />
      <AmountField name="amount" label="topUpAmount" currency={currency} value={topUp?.amount} />
      <AmountField name="monthlyMax" label="monthlyMax" currency={currency} value={topUp?.monthlyMax} />
      {topUp && (
        <Button isBusy={end.isPending} onClick={() => end.mutate(undefined)}>
          {t('credits.turnOff')}
        </Button>
      )}
      {end.isError && <ProblemNotice error={end.error} />}
    </FormDialog>
  );
}

interface AmountFieldProps {
  name: string;
  /** Key of its words. */
  label: 'amount' | 'threshold' | 'topUpAmount' | 'monthlyMax';
  currency: string;
  value?: string | undefined;
}

export function AmountField({ name, label, currency, value }: AmountFieldProps) {
  const { t } = useTranslation();
  return (
    <TextField
      label={t(`credits.${label}`, { currency: currency.toUpperCase() })}
      name={name}
      defaultValue={value}
      inputMode="decimal"
      required
      autoComplete="off"
    />
  );
}

export function textOf(values: FormData, name: string): string {
  return String(values.get(name)).trim();
}
