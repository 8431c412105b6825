import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { couponsListRedeemed, couponsRedeem, unwrap } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { TextField } from '../../ui/field';
import { Form } from '../../ui/form';
import { useMe } from '../auth/auth.queries';
import { useCouponWords } from './coupon-words';

const KEY = ['billing', 'coupons'];

/** What is taken off the fee, and entering a coupon. */
export function CouponsCard() {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useCouponWords();
  const { can } = useMe();
  const queryClient = useQueryClient();
  const { data } = useQuery({ queryKey: KEY, queryFn: () => unwrap(couponsListRedeemed()) });
  const redeem = useMutation({
    mutationFn: (code: string) => unwrap(couponsRedeem({ body: { code } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
  const since = ({ appliedAt, endsAt }: { appliedAt: string | null; endsAt: string | null }) => {
    if (!appliedAt) return t('coupons.withNextPlan');
    return endsAt
      ? t('coupons.until', { date: format.date(endsAt) })
      : t('coupons.since', { date: format.date(appliedAt) });
  };
  return (
    <Card title={t('coupons.title')} hint={t('coupons.hint')}>
      <div className="space-y-4">
        {data && data.data.length > 0 && (
          <ul className="space-y-2">
            {data.data.map((coupon) => (
              <li key={coupon.code} className="flex flex-wrap justify-between gap-x-4">
                <span>
                  <code className="font-medium">{coupon.code}</code> · {words(coupon)}
                </span>
                <span className="text-muted">{since(coupon)}</span>
              </li>
            ))}
          </ul>
        )}
        {can('billing:write') && (
          <Form
            onSubmit={(values) => redeem.mutate(String(values.get('code')).trim())}
            error={redeem.error}
            isInline
            actions={
              <Button type="submit" isBusy={redeem.isPending}>
                {t('coupons.redeem')}
              </Button>
            }
          >
            <TextField label={t('coupons.code')} name="code" required minLength={4} maxLength={40} autoComplete="off" />
          </Form>
        )}
      </div>
    </Card>
  );
}
