import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { Notice } from '../../ui/notice';
import { priceChangeQuery } from './billing.queries';
import { PriceItem } from './price-item';

/** That the present plan goes on by another price, which one, and from when. */
export function PriceChangeNotice() {
  const { t } = useTranslation();
  const format = useFormat();
  const change = useQuery(priceChangeQuery).data?.priceChange;
  if (!change) return null;
  const { at, plan } = change;
  return (
    <Notice tone="warning">
      <p>
        {t('billing.priceChange', {
          plan: plan.name,
          date: format.day(at),
          fee: format.money(plan.monthlyFee, plan.currency),
        })}
      </p>
      <details className="mt-1">
        <summary className="min-h-6 font-medium">{t('billing.priceChangeMeters')}</summary>
        <ul className="mt-1.5 grid gap-2 text-ink sm:grid-cols-2">
          {plan.meters.map((price) => (
            <PriceItem key={`${price.meter} ${price.deviceClass}`} price={price} currency={plan.currency} />
          ))}
        </ul>
      </details>
    </Notice>
  );
}
