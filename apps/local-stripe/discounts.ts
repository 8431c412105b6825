import { Decimal } from 'decimal.js';
import { DateTime } from 'luxon';
import { z } from 'zod';
import { type Account, newId } from './account.js';
import { invalid, required } from './errors.js';
import { text } from './form.js';
import type { Coupon, Discount, Invoice, InvoiceLine } from './objects.js';
import { roundMoney } from './rating.js';

export const discountParam = z.strictObject({ coupon: text.optional(), discount: text.optional() });
export type DiscountParam = z.output<typeof discountParam>;

/** Turns what was asked for into discounts of that subscription or invoice, each a use of its coupon. */
export function createDiscounts(
  account: Account,
  given: DiscountParam[],
  of: { customer: string; subscription?: string; invoice?: string },
): string[] {
  return given.map(({ coupon: id, discount }, index) => {
    if (discount) return account.need('discount', discount, `discounts[${index}][discount]`).id;
    if (!id) throw required(`discounts[${index}][coupon]`);
    const coupon = account.need('coupon', id, `discounts[${index}][coupon]`);
    if (!isValid(account, coupon)) throw invalid(`Coupon ${id} is expired or used up.`, { code: 'coupon_expired' });
    coupon.times_redeemed++;
    coupon.valid = isValid(account, coupon);
    const start = account.timeOf(of.customer);
    const months = coupon.duration === 'repeating' ? coupon.duration_in_months : null;
    const made: Discount = {
      id: newId('di'),
      object: 'discount',
      checkout_session: null,
      customer: of.customer,
      customer_account: null,
      end: months === null ? null : DateTime.fromSeconds(start, { zone: 'utc' }).plus({ months }).toSeconds(),
      invoice: of.invoice ?? null,
      invoice_item: null,
      promotion_code: null,
      source: { coupon: id, type: 'coupon' },
      start,
      subscription: of.subscription ?? null,
      subscription_item: null,
    };
    // It stays what it was given as, even where the coupon is deleted.
    account.store.add<'discount'>(made, { coupon: structuredClone(coupon) });
    account.emit('customer.discount.created', made);
    return made.id;
  });
}

export function isValid(account: Account, { max_redemptions, times_redeemed, redeem_by }: Coupon): boolean {
  const isLeft = max_redemptions === null || times_redeemed < max_redemptions;
  return isLeft && (redeem_by === null || redeem_by > account.now());
}

/** Those of a subscription's discounts that still count at that time; one for once counts once. */
export function takeDiscounts(account: Account, holder: { discounts: string[] }, time: number): string[] {
  const counting = holder.discounts.filter((id) => {
    const { end } = account.need('discount', id);
    return end === null || end > time;
  });
  holder.discounts = counting.filter((id) => couponOf(account, id).duration !== 'once');
  return counting;
}

export function couponOf(account: Account, discount: string): Coupon {
  account.need('discount', discount);
  return account.store.notes('discount', discount).coupon;
}

/** Writes on each line, and on the invoice, what its discounts take off: one after the other, each of what the others left. */
export function applyDiscounts(account: Account, invoice: Invoice): void {
  const lines = invoice.lines.data.filter(({ discountable, amount }) => discountable && amount > 0);
  for (const line of invoice.lines.data)
    Object.assign(line, { discount_amounts: [], discounts: [], pretax_credit_amounts: [] });
  invoice.total_discount_amounts = [];
  invoice.total_pretax_credit_amounts = [];
  for (const discount of invoice.discounts) {
    const coupon = couponOf(account, discount);
    const left = (line: InvoiceLine) =>
      line.amount - line.discount_amounts!.reduce((sum, { amount }) => sum + amount, 0);
    const shares =
      coupon.percent_off === null
        ? spread(coupon.amount_off!, lines.map(left))
        : lines.map((line) => roundMoney(new Decimal(left(line)).times(coupon.percent_off!).div(100)));
    for (const [index, line] of lines.entries()) {
      line.discounts.push(discount);
      line.discount_amounts!.push({ amount: shares[index]!, discount });
      line.pretax_credit_amounts!.push({ amount: shares[index]!, discount, type: 'discount' });
    }
    const amount = shares.reduce((sum, each) => sum + each, 0);
    invoice.total_discount_amounts.push({ amount, discount });
    invoice.total_pretax_credit_amounts.push({ amount, discount, type: 'discount' });
  }
}

/** An amount over lines by their weight, to the cent: what rounding leaves goes to the last. */
function spread(amount: number, weights: number[]): number[] {
  const whole = weights.reduce((sum, each) => sum + each, 0);
  const most = Math.min(amount, whole);
  let given = 0;
  return weights.map((weight, index) => {
    const share =
      index === weights.length - 1 ? most - given : roundMoney(new Decimal(most).times(weight).div(whole || 1));
    given += share;
    return share;
  });
}
