import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { Select } from '../../ui/select';

/** In what to pay; nothing where there is no choice. */
export function CurrencySelect(props: { currencies: string[]; value: string; onChange: (currency: string) => void }) {
  const { currencies, value, onChange } = props;
  const { t } = useTranslation();
  const format = useFormat();
  if (currencies.length < 2) return null;
  return (
    <Select aria-label={t('billing.currency')} value={value} onChange={({ target }) => onChange(target.value)}>
      {currencies.map((currency) => (
        <option key={currency} value={currency}>
          {format.currency(currency)}
        </option>
      ))}
    </Select>
  );
}
