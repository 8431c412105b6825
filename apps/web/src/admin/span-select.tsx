import { useTranslation } from 'react-i18next';
import { Select } from '../ui/select';

interface SpanSelectProps {
  /** In months. */
  spans: number[];
  value: number;
  onChange: (months: number) => void;
}

/** How many months back a page looks. */
export function SpanSelect({ spans, value, onChange }: SpanSelectProps) {
  const { t } = useTranslation();
  return (
    <Select
      aria-label={t('operator.revenue.span')}
      value={value}
      onChange={({ target }) => onChange(Number(target.value))}
    >
      {spans.map((months) => (
        <option key={months} value={months}>
          {t('operator.revenue.months', { count: months })}
        </option>
      ))}
    </Select>
  );
}
