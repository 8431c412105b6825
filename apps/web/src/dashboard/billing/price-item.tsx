import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Plan } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';

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
  return ({ meter, scheme, unitAmount, packageSize, tiers }, currency, isIncluded) => {
    const unit = terms.name('meterUnits', meter);
    const amount = (value: string) => format.unitPrice(value, currency);
    if (scheme === 'package')
      return [
        t('billing.eachPackage', {
          price: amount(unitAmount),
          quantity: format.number(packageSize!),
          meter: terms.name('meterNouns', meter),
        }),
      ];
    if (scheme === 'per_unit') {
      if (Number(unitAmount) === 0) return [t('billing.beyondFree')];
      return [t(isIncluded ? 'billing.beyond' : 'billing.each', { price: amount(unitAmount), unit })];
    }
    return tiers.map(({ from, unitAmount: ofTier, flatAmount }) => {
      const words =
        Number(from) === 0
          ? t(isIncluded ? 'billing.beyond' : 'billing.each', { price: amount(ofTier), unit })
          : t(scheme === 'volume' ? 'billing.volumeTier' : 'billing.tier', {
              price: amount(ofTier),
              from: format.number(from),
            });
      return Number(flatAmount) > 0 ? t('billing.tierFee', { words, fee: amount(flatAmount) }) : words;
    });
  };
}
