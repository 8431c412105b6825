import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { pageSchema } from '../../platform/http/page.js';
import { textSchema } from '../../platform/http/text.js';
import { amountSchema, currencySchema, decimal } from '../billing/index.js';

const code = textSchema
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9_-]{4,40}$/, 'must be 4 to 40 letters, digits, hyphens and underscores')
  .describe('Upper and lower case are the same')
  .meta({ examples: ['WELCOME25'] });

const takenOff = {
  code: z.string(),
  percentOff: decimal.nullable().describe('Null where an amount is taken off'),
  amountOff: decimal.nullable().describe('A month, in the main unit of the currency'),
  currency: currencySchema.nullable().describe('Of the amount; null where a percentage is taken off'),
  months: z.int().nullable().describe('For so many months; null: for good'),
};
const EXAMPLE = { code: 'WELCOME25', percentOff: '25', amountOff: null, currency: null, months: 3 };

export const couponSchema = z
  .object({
    id: z.uuid(),
    ...takenOff,
    redeemBy: z.iso.datetime().nullable().describe('Exclusive'),
    redemptionsMax: z.int().nullable(),
    redemptions: z.int(),
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'Coupon',
    examples: [
      {
        id: EXAMPLE_IDS.override,
        ...EXAMPLE,
        redeemBy: null,
        redemptionsMax: 100,
        redemptions: 7,
        createdAt: EXAMPLE_TIME,
        endedAt: null,
      },
    ],
  });

export const couponListSchema = pageSchema(couponSchema);

export const createCouponSchema = z
  .object({
    code,
    percentOff: z
      .string()
      .regex(/^(?!0+(\.0+)?$)(100(\.00?)?|\d{1,2}(\.\d{1,2})?)$/, 'must be above 0 and at most 100, such as 25')
      .nullable()
      .default(null)
      .meta({ examples: ['25'] }),
    amountOff: amountSchema
      .nullable()
      .default(null)
      .meta({ examples: [null] }),
    currency: currencySchema
      .nullable()
      .default(null)
      .meta({ examples: [null] }),
    months: z.int().min(1).max(120).nullable().default(null).describe('For so many months; null: for good'),
    redeemBy: z.iso.datetime().nullable().default(null).describe('Exclusive; null: for good'),
    redemptionsMax: z.int().min(1).max(1_000_000).nullable().default(null).describe('Null: any number'),
  })
  .meta({ examples: [{ code: 'WELCOME25', percentOff: '25', months: 3, redemptionsMax: 100 }] });

export const redemptionSchema = z
  .object({
    ...takenOff,
    redeemedAt: z.iso.datetime(),
    appliedAt: z.iso
      .datetime()
      .nullable()
      .describe('Since when it is taken off; null until a plan is paid for, or Stripe has it'),
    endsAt: z.iso.datetime().nullable().describe('Exclusive; null: for good, or not taken off yet'),
  })
  .meta({
    id: 'CouponRedemption',
    examples: [{ ...EXAMPLE, redeemedAt: EXAMPLE_TIME, appliedAt: EXAMPLE_TIME, endsAt: '2027-01-01T00:00:00.000Z' }],
  });

export const redemptionsSchema = z.object({ data: z.array(redemptionSchema) });

export const redeemSchema = z.object({ code }).meta({ examples: [{ code: 'WELCOME25' }] });

export type CouponView = z.infer<typeof couponSchema>;
export type CreateCoupon = z.infer<typeof createCouponSchema>;
export type Redemption = z.infer<typeof redemptionSchema>;
export type Redeem = z.infer<typeof redeemSchema>;
