import { Decimal } from '../../platform/decimal.js';
import { type BillingPeriod, type RatedLine, toMinor } from '../billing/index.js';

/** What a line is about; each is on as many invoices as it takes until all of it is billed. */
export interface LineKey {
  periodStart: Date;
  kind: RatedLine['kind'];
  priceVersionId: string;
  meter: string;
  deviceClass: string;
}

/** The sum of what earlier invoices have of it. */
export type Billed = LineKey & { quantity: Decimal; amountMinor: bigint };

export type InvoiceLine = Billed & {
  periodEnd: Date;
  /** The line of the whole period, of which this bills what no invoice has billed before. */
  rated: RatedLine;
};

/**
 * The lines that bill what a period comes to beyond what was billed of it: all of it the first time, later what came too late or was corrected. So
 * the invoices of a period sum to what its ledger comes to, however often and whenever they were written.
 *
 * @param rated the whole period as the ledger has it now
 * @param billed what earlier invoices have of the period
 */
export function linesToBill(
  { startsAt, endsAt }: Pick<BillingPeriod, 'startsAt' | 'endsAt'>,
  rated: RatedLine[],
  billed: Billed[],
  currency: string,
): InvoiceLine[] {
  const keyOf = ({ kind, priceVersionId, meter, deviceClass }: Omit<LineKey, 'periodStart'>) =>
    [kind, priceVersionId, meter, deviceClass].join(' ');
  const before = new Map(billed.map((line) => [keyOf(line), line]));
  const lines = rated.map((line): InvoiceLine => {
    const { kind, priceVersionId, deviceClass } = line;
    const key = { kind, priceVersionId, meter: line.meter ?? '', deviceClass };
    const had = before.get(keyOf(key));
    before.delete(keyOf(key));
    return {
      ...key,
      periodStart: startsAt,
      periodEnd: endsAt,
      quantity: new Decimal(line.quantity).minus(had?.quantity ?? 0),
      amountMinor: toMinor(line.amount, currency) - (had?.amountMinor ?? 0n),
      rated: line,
    };
  });
  // What is not rated any more, such as a minimum that is reached by now, is taken back.
  const takenBack = [...before.values()].map((had): InvoiceLine => {
    const { quantity, amountMinor, ...key } = had;
    const rest = rated.find(({ priceVersionId }) => priceVersionId === had.priceVersionId) ?? rated[0]!;
    const line = { ...rest, kind: had.kind, meter: had.meter || null, deviceClass: had.deviceClass };
    return {
      ...key,
      periodEnd: endsAt,
      quantity: quantity.negated(),
      amountMinor: -amountMinor,
      rated: { ...line, quantity: '0', includedQuantity: '0', tiers: [], amount: '0' },
    };
  });
  const isFirst = billed.length === 0;
  return [...lines, ...takenBack].filter(
    ({ amountMinor, quantity }) => isFirst || amountMinor !== 0n || !quantity.isZero(),
  );
}
