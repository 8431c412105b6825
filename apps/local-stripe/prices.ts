import { Decimal } from 'decimal.js';
import { z } from 'zod';
import { type Account, newId } from './account.js';
import { invalid, required } from './errors.js';
import {
  bool,
  currencyParam,
  decimal,
  emptyable,
  int,
  isWithin,
  list,
  mergeMetadata,
  metadataParam,
  oneOf,
  pages,
  range,
  text,
} from './form.js';
import type { Plan, Price } from './objects.js';
import { type Operation, operation, page, retrieve } from './operation.js';
import { createProduct } from './products.js';

export type Tier = NonNullable<Price['tiers']>[number];

const recurringParam = z.strictObject({
  interval: oneOf('day', 'month', 'week', 'year'),
  interval_count: int.optional(),
  usage_type: oneOf('licensed').optional(),
  trial_period_days: int.optional(),
});
const tier = z.strictObject({
  up_to: z.union([z.literal('inf').transform(() => null), int]),
  unit_amount: int.optional(),
  unit_amount_decimal: decimal.optional(),
  flat_amount: int.optional(),
  flat_amount_decimal: decimal.optional(),
});
const newPrice = z.strictObject({
  currency: currencyParam,
  active: bool.optional(),
  billing_scheme: oneOf('per_unit', 'tiered').optional(),
  lookup_key: text.max(200).optional(),
  metadata: metadataParam.optional(),
  nickname: text.optional(),
  product: text.optional(),
  product_data: z
    .strictObject({
      name: text,
      id: text.optional(),
      active: bool.optional(),
      metadata: metadataParam.optional(),
      statement_descriptor: text.optional(),
      unit_label: text.optional(),
    })
    .optional(),
  recurring: recurringParam.optional(),
  tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified').optional(),
  tiers: list(tier).optional(),
  tiers_mode: oneOf('graduated', 'volume').optional(),
  transfer_lookup_key: bool.optional(),
  transform_quantity: z.strictObject({ divide_by: int, round: oneOf('down', 'up') }).optional(),
  unit_amount: int.optional(),
  unit_amount_decimal: decimal.optional(),
});
/** A price that is made where it is used. */
export const priceData = z.strictObject({
  currency: currencyParam,
  product: text,
  recurring: recurringParam.omit({ usage_type: true, trial_period_days: true }).optional(),
  tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified').optional(),
  unit_amount: int.optional(),
  unit_amount_decimal: decimal.optional(),
});
/** The same, of one that is charged once. */
export const oneTimePriceData = priceData.omit({ recurring: true });

export function createPrice(account: Account, params: z.output<typeof newPrice>): Price {
  const { product_data, tiers, transform_quantity, recurring } = params;
  if (!params.product && !product_data) throw required('product');
  const isTiered = (params.billing_scheme ?? 'per_unit') === 'tiered';
  const exact = readAmount(params.unit_amount, params.unit_amount_decimal, 'unit_amount');
  if (isTiered && !params.tiers_mode) throw required('tiers_mode');
  if (isTiered && !tiers?.length) throw required('tiers');
  if (!isTiered && exact === null) throw required('unit_amount');
  if (isTiered && exact !== null)
    throw invalid('A tiered price has no unit_amount: its tiers have.', { param: 'unit_amount' });
  const product = params.product
    ? account.need('product', params.product, 'product')
    : createProduct(account, product_data!);
  if (params.lookup_key) freeLookupKey(account, params.lookup_key, params.transfer_lookup_key);
  const price: Price = {
    id: newId('price'),
    object: 'price',
    active: params.active ?? true,
    billing_scheme: isTiered ? 'tiered' : 'per_unit',
    created: account.now(),
    currency: params.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: params.lookup_key ?? null,
    metadata: mergeMetadata({}, params.metadata),
    nickname: params.nickname ?? null,
    product: product.id,
    recurring: recurring
      ? {
          interval: recurring.interval,
          interval_count: recurring.interval_count ?? 1,
          meter: null,
          trial_period_days: recurring.trial_period_days ?? null,
          usage_type: 'licensed',
        }
      : null,
    tax_behavior: params.tax_behavior ?? 'unspecified',
    tiers_mode: isTiered ? params.tiers_mode! : null,
    transform_quantity: transform_quantity ?? null,
    type: recurring ? 'recurring' : 'one_time',
    ...amounts('unit_amount', exact),
  };
  account.store.add<'price'>(price, { tiers: isTiered ? readTiers(tiers!) : null });
  account.emit('price.created', price);
  return price;
}

/** A price from its id, or one made here from what is given in its place. */
export function priceFrom(
  account: Account,
  { price, price_data }: { price?: string | undefined; price_data?: z.output<typeof priceData> | undefined },
  param: string,
): Price {
  if (price && price_data)
    throw invalid(`Give ${param}[price] or ${param}[price_data], not both.`, { code: 'parameters_exclusive' });
  if (price_data) return createPrice(account, price_data);
  if (!price) throw required(`${param}[price]`);
  const found = account.need('price', price, `${param}[price]`);
  if (!found.active) throw invalid(`The price specified is inactive: ${price}`, { param: `${param}[price]` });
  return found;
}

/** What older integrations read in place of a price. */
export function planOf(price: Price): Plan {
  const { id, active, unit_amount, unit_amount_decimal, billing_scheme, created, currency, metadata, nickname } = price;
  return {
    id,
    object: 'plan',
    active,
    amount: unit_amount,
    amount_decimal: unit_amount_decimal,
    billing_scheme,
    created,
    currency,
    interval: price.recurring!.interval,
    interval_count: price.recurring!.interval_count,
    livemode: false,
    metadata,
    meter: null,
    nickname,
    product: price.product,
    tiers_mode: price.tiers_mode,
    transform_usage: price.transform_quantity,
    trial_period_days: price.recurring!.trial_period_days,
    usage_type: 'licensed',
  };
}

function readTiers(given: z.output<typeof tier>[]): Tier[] {
  let last = 0;
  return given.map((each, index) => {
    const isLast = index === given.length - 1;
    if (isLast !== (each.up_to === null))
      throw invalid('The last tier, and only that, must have an up_to of inf.', { param: `tiers[${index}][up_to]` });
    if (each.up_to !== null && each.up_to <= last)
      throw invalid('Each tier must end above the one before.', { param: `tiers[${index}][up_to]` });
    last = each.up_to ?? last;
    const unit = readAmount(each.unit_amount, each.unit_amount_decimal, `tiers[${index}][unit_amount]`);
    const flat = readAmount(each.flat_amount, each.flat_amount_decimal, `tiers[${index}][flat_amount]`);
    if (unit === null && flat === null) throw required(`tiers[${index}][unit_amount]`);
    return { ...amounts('flat_amount', flat), ...amounts('unit_amount', unit), up_to: each.up_to };
  });
}

function readAmount(whole: number | undefined, exact: string | undefined, param: string): Decimal | null {
  if (whole !== undefined && exact !== undefined)
    throw invalid(`Give ${param} or ${param}_decimal, not both.`, { code: 'parameters_exclusive', param });
  if (whole === undefined && exact === undefined) return null;
  const amount = new Decimal(whole ?? exact!);
  if (amount.isNegative())
    throw invalid('This value must be greater than or equal to 0.', { code: 'parameter_invalid_integer', param });
  return amount;
}

function amounts<N extends string>(name: N, exact: Decimal | null) {
  const whole = exact?.isInteger() ? exact.toNumber() : null;
  return { [name]: whole, [`${name}_decimal`]: exact?.toFixed() ?? null } as { [K in N]: number | null } & {
    [K in `${N}_decimal`]: string | null;
  };
}

function freeLookupKey(account: Account, key: string, isTransferred = false, except?: string): void {
  const [holder] = account.store.find('price', undefined, (price) => price.lookup_key === key && price.id !== except);
  if (!holder) return;
  if (!isTransferred)
    throw invalid(`A price (${holder.id}) already uses that lookup key.`, {
      code: 'resource_already_exists',
      param: 'lookup_key',
    });
  account.change(holder, { lookup_key: null }, 'price.updated');
}

export const priceOperations: Operation[] = [
  operation('POST', '/v1/prices', newPrice.shape, createPrice),
  retrieve('price', '/v1/prices'),
  operation(
    'POST',
    '/v1/prices/:id',
    {
      active: bool.optional(),
      lookup_key: emptyable(text.max(200)).optional(),
      metadata: metadataParam.optional(),
      nickname: emptyable(text).optional(),
      tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified').optional(),
      transfer_lookup_key: bool.optional(),
    },
    (account, { metadata, transfer_lookup_key, ...given }, { id }) => {
      const price = account.need('price', id!);
      if (given.lookup_key) freeLookupKey(account, given.lookup_key, transfer_lookup_key, id);
      account.change(price, { ...given, metadata: mergeMetadata(price.metadata, metadata) }, 'price.updated');
      return price;
    },
  ),
  operation(
    'GET',
    '/v1/prices',
    {
      ...pages,
      active: bool.optional(),
      created: range.optional(),
      currency: currencyParam.optional(),
      lookup_keys: list(text).optional(),
      product: text.optional(),
      recurring: recurringParam.pick({ interval: true, usage_type: true }).partial().optional(),
      type: oneOf('one_time', 'recurring').optional(),
    },
    (account, { active, created, currency, lookup_keys, product, recurring, type, ...cursor }) =>
      page(account, '/v1/prices', 'price', cursor, {
        isWanted: (price) =>
          (active === undefined || price.active === active) &&
          (!created || isWithin(price.created, created)) &&
          (!currency || price.currency === currency) &&
          (!lookup_keys || lookup_keys.includes(price.lookup_key!)) &&
          (!product || price.product === product) &&
          (!recurring?.interval || price.recurring?.interval === recurring.interval) &&
          (!type || price.type === type),
      }),
  ),
];
