import { useFormat } from '../../i18n/use-format';

/** 0.9123 as "91.2%". */
export function usePercent() {
  const format = useFormat();
  return (share: number) => format.number(share, { style: 'percent', maximumFractionDigits: 1 });
}
