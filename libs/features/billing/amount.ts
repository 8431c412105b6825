import { z } from 'zod';
import { Decimal } from '../../platform/decimal.js';
import { tooManyDecimals } from './billing.errors.js';
import { minorDigits, toMinor } from './invoice-lines.js';

/** What a person names as money. */
export const amountSchema = z
  .string()
  .regex(/^(?!0+(\.0+)?$)\d{1,12}(\.\d{1,3})?$/, 'must be an amount above 0, such as 12.50')
  .describe('In the main unit of the currency')
  .meta({ examples: ['12.50'] });

/**
 * The amount in the currency's smallest unit.
 *
 * @param path of the field that it stands in
 * @throws Problem 400 where it has more decimals than the currency
 */
export function requireMinor(amount: string, currency: string, path = 'amount'): bigint {
  const digits = minorDigits(currency);
  if (new Decimal(amount).decimalPlaces() > digits) throw tooManyDecimals(currency, digits, path);
  return toMinor(amount, currency);
}
