import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';

/** Shows the value of a setting: numbers by the locale, choices by their name. */
export function useSetting() {
  const format = useFormat();
  const terms = useTerms();
  return (value: unknown): string => {
    if (typeof value === 'number') return format.number(value, { maximumFractionDigits: 10 });
    if (Array.isArray(value) && value.every((each) => typeof each === 'string'))
      return format.list(value.map((each) => terms.name('settingValues', each)));
    return typeof value === 'object' ? JSON.stringify(value) : terms.name('settingValues', String(value));
  };
}
