import { Decimal } from 'decimal.js';
import type { MeteredQuantity } from '../usage/index.js';
import type { InvoiceLine } from './billing.schema.js';

export interface MeterPrice {
  meter: string;
  /** Empty: every class without a price of its own. */
  deviceClass: string;
  unit: string;
  includedQuantity: Decimal;
  unitAmount: Decimal;
}

/** One immutable price list of a plan. */
export interface PriceVersion {
  id: string;
  planKey: string;
  planName: string;
  currency: string;
  /** In the currency's smallest unit. */
  monthlyFeeMinor: bigint;
  meters: MeterPrice[];
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
  const line = { description: `${planName} plan, one month`, plan: planName, meter: null, deviceClass: '' };
  return { kind: 'plan', ...line, quantity: '1', includedQuantity: '0', unitAmount: fee, amount: fee };
}

/** amount = max(0, quantity − included) × unit amount, rounded once, here, to the smallest unit. */
function meterLines(version: PriceVersion, used: MeteredQuantity[], digits: number): InvoiceLine[] {
  const ofVersion = used.filter(({ priceVersionId }) => priceVersionId === version.id);
  return version.meters.map((price) => {
    const { meter, deviceClass, includedQuantity, unitAmount } = price;
    const quantity = ofVersion
      .filter((row) => priceOf(row.meter, row.deviceClass, version.meters) === price)
      .reduce((sum, row) => sum.plus(row.quantity), new Decimal(0));
    const billable = Decimal.max(0, quantity.minus(includedQuantity));
    return {
      kind: 'meter',
      description: `${inWords(meter)}${deviceClass && ` (${deviceClass})`}, ${version.planName} plan`,
      plan: version.planName,
      meter,
      deviceClass,
      quantity: quantity.toFixed(),
      includedQuantity: Decimal.min(quantity, includedQuantity).toFixed(),
      unitAmount: unitAmount.toFixed(),
      amount: billable.times(unitAmount).toDecimalPlaces(digits, Decimal.ROUND_HALF_UP).toFixed(digits),
    };
  });
}

/** The price of the class itself, or that of all classes without one. */
export function priceOf<T extends Pick<MeterPrice, 'meter' | 'deviceClass'>>(
  meter: string,
  deviceClass: string,
  prices: T[],
): T | undefined {
  const ofMeter = prices.filter((price) => price.meter === meter);
  return ofMeter.find((price) => price.deviceClass === deviceClass) ?? ofMeter.find((price) => !price.deviceClass);
}

/** `recommendation_requests` → `Recommendation requests` */
function inWords(meter: string): string {
  const words = meter.replaceAll('_', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}
