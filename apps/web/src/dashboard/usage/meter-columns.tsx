import { useTerms } from '../../i18n/use-terms';
import { useFormat } from '../../i18n/use-format';
import { Cell, HeaderCell } from '../../ui/table';
import { type Meter, METERS } from './usage.queries';

/** A header for each meter. */
export function MeterHeaders() {
  const terms = useTerms();
  return METERS.map((meter) => (
    <HeaderCell key={meter} isNumber>
      {terms.name('meters', meter)}
    </HeaderCell>
  ));
}

/** One row's quantity of each meter. */
export function MeterQuantities({ quantityOf }: { quantityOf: (meter: Meter) => string }) {
  const format = useFormat();
  return METERS.map((meter) => (
    <Cell key={meter} isNumber>
      {format.number(quantityOf(meter))}
    </Cell>
  ));
}
