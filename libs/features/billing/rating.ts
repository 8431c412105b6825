import { Decimal } from 'decimal.js';
import type { MeteredQuantity, MeterKey } from '../usage/index.js';
import type { InvoiceLine } from './billing.schema.js';

/** One immutable price list of a plan. */
export interface PriceVersion {
  id: string;
  planKey: string;
  planName: string;
  currency: string;
  /** In the currency's smallest unit. */
  monthlyFeeMinor: bigint;
  meters: { meter: MeterKey; unit: string; includedQuantity: Decimal; unitAmount: Decimal }[];
}

/** Decimal places of a currency's smallest unit: 2 for usd, 0 for jpy. */
export function minorDigits(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits!;
}

/** The lines of an invoice under one or, after a change of plan in mid-period, several price versions. */
export function rate(
  current: PriceVersion,
  used: MeteredQuantity[],
  earlier: PriceVersion[],
): { lines: InvoiceLine[]; total: string } {
  const digits = minorDigits(current.currency);
  const lines = [planLine(current, digits), ...meterLines(current, used, digits)];
  for (const version of earlier) {
    // What an earlier plan metered is billed by that plan, where it was used at all.
    lines.push(...meterLines(version, used, digits).filter((line) => line.quantity !== '0'));
  }
  const total = lines.reduce((sum, line) => sum.plus(line.amount), new Decimal(0));
  return { lines, total: total.toFixed(digits) };
}

function planLine({ planName, monthlyFeeMinor }: PriceVersion, digits: number): InvoiceLine {
  const fee = new Decimal(monthlyFeeMinor.toString()).div(new Decimal(10).pow(digits)).toFixed(digits);
  const line = { description: `${planName} plan, one month`, plan: planName, meter: null };
  return { kind: 'plan', ...line, quantity: '1', includedQuantity: '0', unitAmount: fee, amount: fee };
}

/** amount = max(0, quantity − included) × unit amount, rounded once, here, to the smallest unit. */
function meterLines(version: PriceVersion, used: MeteredQuantity[], digits: number): InvoiceLine[] {
  return version.meters.map(({ meter, includedQuantity, unitAmount }) => {
    const metered = used.find((row) => row.meter === meter && row.priceVersionId === version.id);
    const quantity = metered?.quantity ?? new Decimal(0);
    const billable = Decimal.max(0, quantity.minus(includedQuantity));
    return {
      kind: 'meter',
      description: `${inWords(meter)}, ${version.planName} plan`,
      plan: version.planName,
      meter,
      quantity: quantity.toFixed(),
      includedQuantity: Decimal.min(quantity, includedQuantity).toFixed(),
      unitAmount: unitAmount.toFixed(),
      amount: billable.times(unitAmount).toDecimalPlaces(digits, Decimal.ROUND_HALF_UP).toFixed(digits),
    };
  });
}

/** `recommendation_requests` → `Recommendation requests` */
function inWords(meter: MeterKey): string {
  const words = meter.replaceAll('_', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}
