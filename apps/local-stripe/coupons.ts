import { newId } from './account.js';
import { invalid, required } from './errors.js';
import {
  currencyParam,
  float,
  int,
  isWithin,
  mergeMetadata,
  metadataParam,
  oneOf,
  pages,
  range,
  text,
} from './form.js';
import type { Coupon } from './objects.js';
import { type Operation, operation, page, retrieve } from './operation.js';

export const couponOperations: Operation[] = [
  operation(
    'POST',
    '/v1/coupons',
    {
      id: text.optional(),
      amount_off: int.optional(),
      currency: currencyParam.optional(),
      duration: oneOf('forever', 'once', 'repeating').optional(),
      duration_in_months: int.optional(),
      max_redemptions: int.optional(),
      metadata: metadataParam.optional(),
      name: text.max(40).optional(),
      percent_off: float.optional(),
      redeem_by: int.optional(),
    },
    (account, params) => {
      const { id = newId('coupon').slice(7, 15), amount_off, percent_off, duration = 'once' } = params;
      if ((amount_off === undefined) === (percent_off === undefined))
        throw invalid('Give amount_off or percent_off, and not both.', { param: 'percent_off' });
      if (amount_off !== undefined && !params.currency) throw required('currency');
      if (percent_off !== undefined && (percent_off <= 0 || percent_off > 100))
        throw invalid('percent_off must be above 0 and at most 100.', { param: 'percent_off' });
      if (duration === 'repeating' && !params.duration_in_months) throw required('duration_in_months');
      if (account.store.getAny(id)) throw invalid('Coupon already exists.', { code: 'resource_already_exists' });
      const coupon: Coupon = account.store.add<'coupon'>({
        id,
        object: 'coupon',
        amount_off: amount_off ?? null,
        created: account.now(),
        currency: amount_off === undefined ? null : params.currency!,
        duration,
        duration_in_months: params.duration_in_months ?? null,
        livemode: false,
        max_redemptions: params.max_redemptions ?? null,
        metadata: mergeMetadata({}, params.metadata),
        name: params.name ?? null,
        percent_off: percent_off ?? null,
        redeem_by: params.redeem_by ?? null,
        times_redeemed: 0,
        valid: true,
      });
      account.emit('coupon.created', coupon);
      return coupon;
    },
  ),
  retrieve('coupon', '/v1/coupons'),
  operation(
    'POST',
    '/v1/coupons/:id',
    { metadata: metadataParam.optional(), name: text.max(40).optional() },
    (account, { metadata, name }, { id }) => {
      const coupon = account.need('coupon', id!);
      account.change(
        coupon,
        { name: name ?? coupon.name, metadata: mergeMetadata(coupon.metadata, metadata) },
        'coupon.updated',
      );
      return coupon;
    },
  ),
  operation('DELETE', '/v1/coupons/:id', {}, (account, _, { id }) => {
    const coupon = account.need('coupon', id!);
    account.emit('coupon.deleted', coupon);
    // Discounts that were given before go on by what they were; the coupon can be used no more.
    account.store.remove(coupon.id);
    return { id, object: 'coupon', deleted: true };
  }),
  operation('GET', '/v1/coupons', { ...pages, created: range.optional() }, (account, { created, ...cursor }) =>
    page(account, '/v1/coupons', 'coupon', cursor, {
      isWanted: (coupon) => !created || isWithin(coupon.created, created),
    }),
  ),
];
