import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PublicPlan } from '../api/client';
import { useFormat } from '../i18n/use-format';
import { useTerms } from '../i18n/use-terms';
import { useUnitPrice } from '../i18n/use-unit-price';
import { priceListQuery } from './visitors.queries';

/** What each plan costs in a line, by the first of its prices. */
export function PriceLines() {
  const { t } = useTranslation();
  const { data } = useQuery(priceListQuery());
  return (
    <div className="mt-5 min-h-58 space-y-1 sm:min-h-31">
      {data?.plans.map((plan) => (
        <PriceLine key={plan.key} plan={plan} />
      ))}
      {data && <p className="text-muted">{t('visitors.noCard')}</p>}
    </div>
  );
}

function PriceLine({ plan }: { plan: PublicPlan }) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const unitPrice = useUnitPrice();
  const { name, currency, monthlyFee, meters } = plan;
  const [first] = meters;
  if (!first) return null;
  const { meter, includedQuantity: quantity, tiers } = first;
  const { unitAmount } = tiers[0] ?? first;
  return (
    <p>
      {t('visitors.priceLine', {
        plan: name,
        fee: format.money(monthlyFee, currency),
        quantity: format.number(quantity),
        meter: terms.name('meterNouns', meter),
      })}
      {Number(unitAmount) > 0 && t('visitors.priceBeyond', { price: unitPrice(unitAmount, currency, meter) })}
    </p>
  );
}
