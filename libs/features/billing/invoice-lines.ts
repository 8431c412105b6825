import { Decimal } from '../../platform/decimal.js';
import type { MeteredQuantity } from '../usage/index.js';
import type { InvoiceLine, TierView, UpcomingInvoice } from './billing.schema.js';
import { amountOf, type MeterPrice, priceOf, type Tier, tiersOf } from './meter-price.js';

/** One immutable price list of a plan. */
export interface PriceVersion {
  id: string;
  planKey: string;
  planName: string;
  currency: string;
  /** In the currency's smallest unit, as the commitment. */
  monthlyFeeMinor: bigint;
  /** What the meters of a month come to at least. */
  commitmentMinor: bigint;
  /** Days of the first subscription for which no fee is due. */
  trialDays: number;
  meters: MeterPrice[];
}

const WHOLE = new Decimal(1);

/**
 * The price of a period.
 *
 * @param included by meter, in place of what the price includes itself
 * @param share of a month: of the fee, the minimum and what is included, which is rounded up to whole units
 * @param isTrial without fee and minimum
 */
export function withTerms(
  price: PriceVersion,
  {
    included,
    share = WHOLE,
    isTrial = false,
  }: { included: Record<string, string> | null; share?: Decimal; isTrial?: boolean },
): PriceVersion {
  const part = (minor: bigint) =>
    isTrial ? 0n : BigInt(share.times(minor.toString()).toFixed(0, Decimal.ROUND_HALF_UP));
  const meters = price.meters.map((each) => {
    const whole = new Decimal(included?.[each.meter] ?? each.includedQuantity);
    return { ...each, includedQuantity: share.eq(1) ? whole : whole.times(share).ceil() };
  });
  return {
    ...price,
    monthlyFeeMinor: part(price.monthlyFeeMinor),
    commitmentMinor: part(price.commitmentMinor),
    meters,
  };
}

/** Decimal places of a currency's smallest unit: 2 for usd, 0 for jpy. */
export function minorDigits(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits!;
}

/** A line, and which price it is by. */
export type RatedLine = InvoiceLine & { priceVersionId: string };

/** What was rated: the lines of an invoice and their sum. */
export type Rated = Pick<UpcomingInvoice, 'total'> & { lines: RatedLine[] };

/**
 * The lines of an invoice under one price version or, where a process had not heard yet that it holds, of what was used under another: by that one, in its
 * currency. The total is of the first one's currency alone.
 */
export function rate(current: PriceVersion, used: MeteredQuantity[], others: PriceVersion[]): Rated {
  const metersOf = (version: PriceVersion) => meterLines(version, used, minorDigits(version.currency));
  const ofOthers = (isSame: boolean) =>
    others
      .filter(({ currency }) => (currency === current.currency) === isSame)
      .flatMap(metersOf)
      .filter(({ quantity }) => quantity !== '0');
  const metered = [...metersOf(current), ...ofOthers(true)];
  const lines = [planLine(current), ...metered, ...commitmentLines(current, sumOf(metered))];
  return { lines: [...lines, ...ofOthers(false)], total: sumOf(lines).toFixed(minorDigits(current.currency)) };
}

/** How many units a price is said of. */
const PER = [1, 1_000, 1_000_000] as const;

/** A price of one unit, said of as many units as it takes to be no less than the currency's smallest coin, as the screens say it: never rounded. */
export function scaleUnitPrice(amount: string, currency: string): { amount: string; per: (typeof PER)[number] } {
  const coin = new Decimal(10).pow(-minorDigits(currency));
  const price = new Decimal(amount);
  const per = price.isZero() ? 1 : (PER.find((each) => price.times(each).gte(coin)) ?? 1_000_000);
  return { amount: price.times(per).toFixed(), per };
}

/** An amount of the smallest unit in the main one, as text: 4900 of usd are 49.00. */
export function toMain(minor: bigint | number | Decimal, currency: string): string {
  const digits = minorDigits(currency);
  return new Decimal(minor.toString()).div(new Decimal(10).pow(digits)).toFixed(digits);
}

function planLine({ id: priceVersionId, planName, monthlyFeeMinor, currency }: PriceVersion): RatedLine {
  const fee = toMain(monthlyFeeMinor, currency);
  return {
    ...LINE,
    priceVersionId,
    kind: 'plan',
    description: `${planName} plan, monthly fee`,
    plan: planName,
    quantity: '1',
    unitAmount: fee,
    amount: fee,
  };
}

/** What is lacking of the commitment, if anything. */
function commitmentLines(price: PriceVersion, metered: Decimal): RatedLine[] {
  const { id: priceVersionId, planName, commitmentMinor, currency } = price;
  const lacking = new Decimal(toMain(commitmentMinor, currency)).minus(metered);
  if (lacking.lte(0)) return [];
  const amount = lacking.toFixed(minorDigits(currency));
  const description = `Minimum of ${planName} plan, beyond what was used`;
  return [
    {
      ...LINE,
      priceVersionId,
      kind: 'commitment',
      description,
      plan: planName,
      quantity: '1',
      unitAmount: amount,
      amount,
    },
  ];
}

const LINE = {
  meter: null,
  deviceClass: '',
  allowance: '0',
  includedQuantity: '0',
  scheme: 'per_unit',
  packageSize: null,
  tiers: [],
} satisfies Partial<InvoiceLine>;

/** The amount of what is beyond the included quantity, rounded once, here, to the smallest unit. */
function meterLines(version: PriceVersion, used: MeteredQuantity[], digits: number): RatedLine[] {
  const ofVersion = used.filter(({ priceVersionId }) => priceVersionId === version.id);
  return version.meters.map((price) => {
    const { meter, deviceClass, includedQuantity, scheme, packageSize } = price;
    const quantity = ofVersion
      .filter((row) => priceOf(row.meter, row.deviceClass, version.meters) === price)
      .reduce((sum, row) => sum.plus(row.quantity), new Decimal(0));
    const billable = Decimal.max(0, quantity.minus(includedQuantity));
    const tiers = tiersOf(price, billable);
    return {
      priceVersionId: version.id,
      kind: 'meter',
      description: `${meterInWords(meter)}${deviceClass && ` (${deviceClass})`}, ${version.planName} plan`,
      plan: version.planName,
      meter,
      deviceClass,
      quantity: quantity.toFixed(),
      allowance: includedQuantity.toFixed(),
      includedQuantity: Decimal.min(quantity, includedQuantity).toFixed(),
      scheme,
      packageSize: packageSize?.toFixed() ?? null,
      tiers: tiers.map((tier) => ({ ...toTierView(tier), quantity: tier.quantity.toFixed() })),
      // Where there are tiers, that of the one in which the next unit would be.
      unitAmount: (tiers.at(-1) ?? price.tiers[0] ?? price).unitAmount.toFixed(),
      amount: amountOf(price, billable).toDecimalPlaces(digits, Decimal.ROUND_HALF_UP).toFixed(digits),
    };
  });
}

/** An amount of the main unit, rounded already, in the smallest one: 49.00 of usd are 4900. */
export function toMinor(amount: string, currency: string): bigint {
  return BigInt(new Decimal(amount).times(new Decimal(10).pow(minorDigits(currency))).toFixed(0));
}

export function toTierView({ from, unitAmount, flatAmount }: Tier): TierView {
  return { from: from.toFixed(), unitAmount: unitAmount.toFixed(), flatAmount: flatAmount.toFixed() };
}

function sumOf(lines: InvoiceLine[]): Decimal {
  return lines.reduce((sum, { amount }) => sum.plus(amount), new Decimal(0));
}

/** `recommendation_requests` → `Recommendation requests` */
export function meterInWords(meter: string): string {
  const words = meter.replaceAll('_', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}
