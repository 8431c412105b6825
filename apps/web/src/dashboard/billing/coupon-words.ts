import { useTranslation } from 'react-i18next';
import type { Coupon } from '../../api/client';
import { useFormat } from '../../i18n/use-format';

/** What a coupon takes off, and for how long. */
export function useCouponWords() {
  const { t } = useTranslation();
  const format = useFormat();
  return ({
    percentOff,
    amountOff,
    currency,
    months,
  }: Pick<Coupon, 'percentOff' | 'amountOff' | 'currency' | 'months'>) => {
    const off = percentOff === null ? format.money(amountOff!, currency!) : `${percentOff} %`;
    return months === null ? t('coupons.forGood', { off }) : t('coupons.forMonths', { off, count: months });
  };
}
