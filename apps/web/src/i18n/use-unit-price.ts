import { useTranslation } from 'react-i18next';
import { scaleUnitPrice } from './unit-price';
import { useFormat } from './use-format';
import { useTerms } from './use-terms';

const WORDS = { 1: 'unitPrice.one', 1_000: 'unitPrice.thousand', 1_000_000: 'unitPrice.million' } as const;

/** "$0.02 per million requests": what units of a meter cost, of so many that it reads well. */
export function useUnitPrice(): (amount: string, currency: string, meter: string) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  return (amount, currency, meter) => {
    const scaled = scaleUnitPrice(amount, format.minorDigits(currency));
    return t(WORDS[scaled.per], {
      price: format.unitPrice(scaled.amount, currency),
      unit: terms.name(scaled.per === 1 ? 'meterUnits' : 'meterUnitsMany', meter),
    });
  };
}
