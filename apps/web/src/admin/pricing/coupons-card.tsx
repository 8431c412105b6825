import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Coupon, couponsCreate, type CouponsCreateData, couponsEnd, couponsList, unwrap } from '../../api/client';
import { listQuery } from '../../api/list-query';
import { useCouponWords } from '../../dashboard/billing/coupon-words';
import { useFormat } from '../../i18n/use-format';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { type DataColumn, DataTable } from '../../ui/data-table';
import { DateTimeField, readTime } from '../../ui/date-time-field';
import { SelectField, TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { MoreButton } from '../../ui/more-button';
import { ProblemNotice } from '../../ui/problem-notice';
import { QueryView } from '../../ui/query-view';

const KEY = ['admin', 'coupons'];

/** What customers may enter to pay less of a fee. */
export function CouponsCard() {
  const { t } = useTranslation();
  const [isMaking, setIsMaking] = useState(false);
  const coupons = useInfiniteQuery(listQuery(KEY, (cursor) => couponsList({ query: { cursor } })));
  const columns = useColumns();
  return (
    <Card
      title={t('coupons.all')}
      hint={t('coupons.allHint')}
      isFlush
      actions={<Button onClick={() => setIsMaking(true)}>{t('coupons.make')}</Button>}
    >
      <QueryView query={coupons}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) return <p className="px-5 py-4 text-muted">{t('coupons.none')}</p>;
          return <DataTable label={t('coupons.all')} rows={rows} keyOf={({ id }) => id} columns={columns} />;
        }}
      </QueryView>
      <MoreButton query={coupons} />
      {isMaking && <MakeDialog onClose={() => setIsMaking(false)} />}
    </Card>
  );
}

function useCouponsChange<V>(change: (value: V) => Promise<unknown>, onSuccess?: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: KEY });
      onSuccess?.();
    },
  });
}

function MakeDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState('percent');
  const make = useCouponsChange((body: CouponsCreateData['body']) => unwrap(couponsCreate({ body })), onClose);
  const submit = (values: FormData) => {
    const text = (name: string) => String(values.get(name) ?? '').trim();
    const count = (name: string) => (text(name) ? Number(text(name)) : null);
    make.mutate({
      code: text('code'),
      ...(kind === 'percent'
        ? { percentOff: text('percentOff') }
        : { amountOff: text('amountOff'), currency: text('currency').toLowerCase() }),
      months: count('months'),
      redeemBy: readTime(values, 'redeemBy') ?? null,
      redemptionsMax: count('redemptionsMax'),
    });
  };
  return (
    <FormDialog
      title={t('coupons.make')}
      submitLabel={t('coupons.make')}
      onSubmit={submit}
      onClose={onClose}
      isBusy={make.isPending}
      error={make.error}
    >
      <TextField label={t('coupons.code')} name="code" required minLength={4} maxLength={40} autoComplete="off" />
      <SelectField label={t('coupons.off')} name="kind" value={kind} onChange={({ target }) => setKind(target.value)}>
        <option value="percent">{t('coupons.percent')}</option>
        <option value="amount">{t('coupons.amount')}</option>
      </SelectField>
      {kind === 'percent' ? (
        <TextField label={t('coupons.percent')} name="percentOff" inputMode="decimal" required autoComplete="off" />
      ) : (
        <>
          <TextField label={t('coupons.amount')} name="amountOff" inputMode="decimal" required autoComplete="off" />
          <TextField label={t('billing.currency')} name="currency" defaultValue="usd" maxLength={3} required />
        </>
      )}
      <TextField
        label={t('coupons.months')}
        name="months"
        type="number"
        min={1}
        max={120}
        hint={t('coupons.monthsHint')}
      />
      <DateTimeField label={t('coupons.redeemBy')} name="redeemBy" />
      <TextField label={t('coupons.most')} name="redemptionsMax" type="number" min={1} max={1_000_000} />
    </FormDialog>
  );
}

function useColumns(): DataColumn<Coupon>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useCouponWords();
  return [
    {
      key: 'code',
      name: t('coupons.code'),
      isPinned: true,
      cell: (coupon) => (
        <>
          <code className="font-medium">{coupon.code}</code>
          <p className="text-xs text-muted">{words(coupon)}</p>
        </>
      ),
    },
    {
      key: 'redemptions',
      name: t('coupons.redemptions'),
      isNumber: true,
      cell: ({ redemptions, redemptionsMax }) =>
        redemptionsMax === null ? redemptions : `${redemptions} / ${redemptionsMax}`,
    },
    {
      key: 'redeemBy',
      name: t('coupons.redeemBy'),
      cell: ({ redeemBy }) => (redeemBy ? format.dateTime(redeemBy) : '–'),
    },
    {
      key: 'end',
      name: t('ui.actions'),
      cell: ({ id, endedAt }) => (endedAt ? <Badge>{t('coupons.ended')}</Badge> : <EndButton id={id} />),
    },
  ];
}

function EndButton({ id }: { id: string }) {
  const { t } = useTranslation();
  const end = useCouponsChange(() => unwrap(couponsEnd({ path: { couponId: id } })));
  return (
    <>
      <Button isBusy={end.isPending} onClick={() => end.mutate(undefined)}>
        {t('coupons.end')}
      </Button>
      {end.isError && <ProblemNotice error={end.error} />}
    </>
  );
}
