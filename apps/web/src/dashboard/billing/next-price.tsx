import { useTranslation } from 'react-i18next';
import type { Plan } from '../../api/client';
import { useFormat } from '../../i18n/use-format';

/** From when whoever chooses the plan pays another price, where that is known. */
export function NextPrice({ plan: { nextPrice, currency } }: { plan: Plan }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!nextPrice) return null;
  const { validFrom, monthlyFee } = nextPrice;
  return (
    <p className="text-xs text-warning">
      {t('billing.nextPrice', { date: format.day(validFrom), fee: format.money(monthlyFee, currency) })}
    </p>
  );
}
