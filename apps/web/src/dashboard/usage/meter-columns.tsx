import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Cell, HeaderCell } from '../../ui/table';

/** A header for each meter. */
export function MeterHeaders({ meters }: { meters: string[] }) {
  const terms = useTerms();
  return meters.map((meter) => (
    <HeaderCell key={meter} isNumber>
      {terms.name('meters', meter)}
    </HeaderCell>
  ));
}

interface MeterQuantitiesProps {
  meters: string[];
  quantityOf: (meter: string) => string;
  className?: string;
}

/** One row's quantity of each meter. */
export function MeterQuantities({ meters, quantityOf, className }: MeterQuantitiesProps) {
  const format = useFormat();
  return meters.map((meter) => (
    <Cell key={meter} isNumber className={className}>
      {format.number(quantityOf(meter))}
    </Cell>
  ));
}
