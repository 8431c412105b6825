import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Plan } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { useUnitPrice } from '../../i18n/use-unit-price';

type Price = Plan['meters'][number];

/** What a plan includes of a meter, and what units beyond cost. */
export function PriceItem({ price, currency }: { price: Price; currency: string }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const { meter, deviceClass, includedQuantity } = price;
  const beyond = usePriceInWords()(price, currency, Number(includedQuantity) > 0);
  return (
    <li className="flex gap-2">
      <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
      <span>
        {Number(includedQuantity) > 0
          ? t('billing.includes', {
              quantity: format.number(includedQuantity),
              meter: terms.name('meterNouns', meter),
            })
          : terms.name('meters', meter)}
        {deviceClass && <span className="ml-1.5 whitespace-nowrap text-muted">({deviceClass})</span>}
        {beyond.map((words) => (
          <span key={words} className="block text-xs text-muted">
            {words}
          </span>
        ))}
      </span>
    </li>
  );
}

/** What units beyond those included cost, in as many lines as there are tiers. */
function usePriceInWords(): (price: Price, currency: string, isIncluded: boolean) => string[] {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const unitPrice = useUnitPrice();
  return ({ meter, scheme, unitAmount, packageSize, tiers }, currency, isIncluded) => {
    const amount = (value: string) => unitPrice(value, currency, meter);
    if (scheme === 'package')
      return [
        t('billing.eachPackage', {
          price: format.unitPrice(unitAmount, currency),
          quantity: format.number(packageSize!),
          meter: terms.name('meterNouns', meter),
        }),
      ];
    if (scheme === 'per_unit') {
      if (Number(unitAmount) === 0) return [t('billing.beyondFree')];
      return [isIncluded ? t('billing.beyond', { price: amount(unitAmount) }) : amount(unitAmount)];
    }
    return tiers.map(({ from, unitAmount: ofTier, flatAmount }) => {
      const words =
        Number(from) === 0
          ? isIncluded
            ? t('billing.beyond', { price: amount(ofTier) })
            : amount(ofTier)
          : t(scheme === 'volume' ? 'billing.volumeTier' : 'billing.tier', {
              price: amount(ofTier),
              from: format.number(from),
            });
      return Number(flatAmount) > 0
        ? t('billing.tierFee', { words, fee: format.unitPrice(flatAmount, currency) })
        : words;
    });
  };
}
