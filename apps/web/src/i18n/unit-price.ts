/** How many units a price is said of. */
export const PER = [1, 1_000, 1_000_000] as const;
export type Per = (typeof PER)[number];

/**
 * A price of one unit, said of as many units as it takes to be no less than the currency's smallest coin: 0.00000002 is 0.02 of a million. The digits
 * are moved and never rounded.
 *
 * @param amount a decimal of 0 or more
 * @param digits of the currency's smallest coin: 2 for usd, 0 for jpy
 */
export function scaleUnitPrice(amount: string, digits: number): { amount: string; per: Per } {
  const scaled = PER.map((per, power) => ({ amount: shifted(amount, 3 * power), per }));
  if (Number(amount) === 0) return scaled[0]!;
  return scaled.find((each) => Number(shifted(each.amount, digits)) >= 1) ?? scaled.at(-1)!;
}

/** The decimal times ten to the power of `places`. */
function shifted(decimal: string, places: number): string {
  const [whole = '', fraction = ''] = decimal.split('.');
  const moved = fraction.padEnd(places, '0');
  const rest = moved.slice(places).replace(/0+$/, '');
  return `${`${whole}${moved.slice(0, places)}`.replace(/^0+(?=\d)/, '')}${rest && `.${rest}`}`;
}
