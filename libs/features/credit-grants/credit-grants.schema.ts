import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { pageSchema } from '../../platform/http/page.js';
import { textSchema } from '../../platform/http/text.js';
import { amountSchema, currencySchema, decimal } from '../billing/index.js';

const money = decimal.meta({ examples: ['100.00'] });

const topUpShape = {
  threshold: money.describe('Credits are bought where `available` falls below it'),
  amount: money.describe('Bought at a time'),
  monthlyMax: money.describe('Bought automatically in a calendar month (UTC), at most'),
};
const TOP_UP = { threshold: '20.00', amount: '100.00', monthlyMax: '500.00' };

export const creditBalanceSchema = z
  .object({
    currency: currencySchema,
    balance: money.describe('What was granted and has not expired, less what invoices have used of it'),
    unbilled: money.describe(
      'What no invoice has billed yet: the running period so far, without a fee that Stripe charges',
    ),
    owed: money.describe(
      'What was used of credits whose money has gone back to the card: the next invoice asks for it',
    ),
    available: money.describe('The balance less what is not billed yet and what is owed; below 0 where that is more'),
    unpaid: z
      .object({
        id: z.uuid(),
        amount: money,
        isAutomatic: z.boolean(),
        payUrl: z.url().nullable().describe('Where it is paid by hand; null until Stripe says'),
      })
      .nullable()
      .describe('A purchase that is not paid yet; the next one takes its place'),
    topUp: z
      .object({
        ...topUpShape,
        stoppedAt: z.iso
          .datetime()
          .nullable()
          .describe('Since when nothing is bought, as the card was refused; put it anew to go on'),
      })
      .nullable()
      .describe('The automatic top-up; null where there is none'),
  })
  .meta({
    id: 'CreditBalance',
    examples: [
      {
        currency: 'usd',
        balance: '80.00',
        unbilled: '12.50',
        owed: '0.00',
        available: '67.50',
        unpaid: null,
        topUp: { ...TOP_UP, stoppedAt: null },
      },
    ],
  });

const grantShape = {
  id: z.uuid(),
  kind: z.enum(['promotional', 'purchased']).describe('promotional: given; purchased: bought'),
  currency: currencySchema,
  amount: money,
  takenBack: money.describe(
    'Of a purchase, what has gone back of its payment, without tax, or is disputed at the bank; it can be used no more',
  ),
  left: money.describe('What no invoice has used; of an expired grant, what expired'),
  expiresAt: z.iso
    .datetime()
    .nullable()
    .describe('Exclusive: it pays for periods that end until then. Null where it does not expire'),
  reason: z.string().nullable().describe('Null of what was bought'),
  isAutomatic: z.boolean().describe('Bought by the automatic top-up'),
  createdAt: z.iso.datetime(),
};
const GRANT = {
  id: EXAMPLE_IDS.override,
  kind: 'promotional' as const,
  currency: 'usd',
  amount: '100.00',
  takenBack: '0.00',
  left: '80.00',
  expiresAt: '2027-01-01T00:00:00.000Z',
  reason: 'For the outage of 3 November',
  isAutomatic: false,
  createdAt: EXAMPLE_TIME,
};

export const creditGrantListSchema = pageSchema(
  z
    .object({ ...grantShape, status: z.enum(['active', 'used_up', 'expired']) })
    .meta({ id: 'CreditGrant', examples: [{ ...GRANT, status: 'active' as const }] }),
);

export const organizationCreditGrantSchema = z
  .object({
    ...grantShape,
    status: z
      .enum(['active', 'used_up', 'expired', 'proposed', 'lapsed', 'unpaid', 'declined'])
      .describe(
        'proposed: waits for another operator; lapsed: waited for longer than seven days; unpaid: bought, and not paid yet',
      ),
    createdBy: z
      .string()
      .nullable()
      .describe('Address of who gave or bought it; null of the automatic top-up, or where their account is gone'),
    isYours: z.boolean().describe('You proposed it, and cannot be the second person'),
  })
  .meta({
    id: 'OrganizationCreditGrant',
    examples: [{ ...GRANT, status: 'active' as const, createdBy: 'ada@operator.example', isYours: true }],
  });

export const organizationCreditGrantListSchema = pageSchema(organizationCreditGrantSchema);

export const organizationCreditBalanceSchema = creditBalanceSchema
  .extend({
    aloneMax: money.describe('What one operator may still give this calendar month (UTC) without a second person'),
  })
  .meta({
    id: 'OrganizationCreditBalance',
    examples: [
      {
        currency: 'usd',
        balance: '80.00',
        unbilled: '12.50',
        owed: '0.00',
        available: '67.50',
        unpaid: null,
        topUp: null,
        aloneMax: '100.00',
      },
    ],
  });

export const grantCreditsSchema = z
  .object({
    amount: amountSchema,
    currency: currencySchema.describe("The organization's, so that no amount is taken for one in another"),
    expiresAt: z.iso
      .datetime()
      .nullable()
      .default(null)
      .describe('Exclusive: it pays for periods that end until then. Null where it does not expire'),
    reason: textSchema.trim().min(10).max(500).describe('The customer reads it'),
  })
  .meta({
    examples: [
      {
        amount: '100.00',
        currency: 'usd',
        expiresAt: '2030-01-01T00:00:00.000Z',
        reason: 'For the outage of 3 November',
      },
    ],
  });

export const buyCreditsSchema = z
  .object({
    amount: amountSchema,
    currency: currencySchema.describe('That of your organization, so that no amount is taken for one in another'),
  })
  .meta({ examples: [{ amount: '100.00', currency: 'usd' }] });

export const creditPurchaseSchema = z
  .object({
    id: z.uuid().describe('Of the grant'),
    status: z
      .enum(['paid', 'to_be_paid'])
      .describe('to_be_paid: no card is on file, or it was refused; the credits are there once `payUrl` is paid'),
    payUrl: z.url().nullable(),
  })
  .meta({ id: 'CreditPurchase', examples: [{ id: EXAMPLE_IDS.override, status: 'paid' as const, payUrl: null }] });

export const putTopUpSchema = z
  .object({
    currency: currencySchema.describe('That of your organization'),
    threshold: amountSchema.describe('Credits are bought where `available` falls below it'),
    amount: amountSchema.describe('Bought at a time'),
    monthlyMax: amountSchema.describe('Bought automatically in a calendar month (UTC), at most'),
  })
  .meta({ examples: [{ currency: 'usd', ...TOP_UP }] });

export type CreditBalance = z.infer<typeof creditBalanceSchema>;
export type CreditGrantView = z.infer<typeof creditGrantListSchema>['data'][number];
export type OrganizationCreditGrant = z.infer<typeof organizationCreditGrantSchema>;
export type OrganizationCreditBalance = z.infer<typeof organizationCreditBalanceSchema>;
export type GrantCredits = z.infer<typeof grantCreditsSchema>;
export type BuyCredits = z.infer<typeof buyCreditsSchema>;
export type CreditPurchase = z.infer<typeof creditPurchaseSchema>;
export type PutTopUp = z.infer<typeof putTopUpSchema>;
