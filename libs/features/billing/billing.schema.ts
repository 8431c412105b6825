import { z } from 'zod';

const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .describe('Exact decimal');

export const planSchema = z
  .object({
    key: z.string(),
    name: z.string(),
    currency: z.string().describe('ISO 4217, lower case'),
    monthlyFee: decimal,
    meters: z.array(
      z.object({
        meter: z.string(),
        deviceClass: z.string().describe('Empty: every class without a price of its own'),
        unit: z.string(),
        includedQuantity: decimal,
        unitAmount: decimal,
      }),
    ),
  })
  .meta({ id: 'Plan' });

export const plansSchema = z.object({ plans: z.array(planSchema) });

export const upcomingInvoiceSchema = z
  .object({
    plan: z.object({ key: z.string(), name: z.string() }),
    status: z.enum(['active', 'past_due', 'cancelled']),
    currency: z.string(),
    periodStart: z.iso.datetime().describe('Inclusive'),
    periodEnd: z.iso.datetime().describe('Exclusive'),
    lines: z.array(
      z.object({
        kind: z.enum(['plan', 'meter']),
        description: z.string(),
        plan: z.string().describe('Name of the plan whose price this is'),
        meter: z.string().nullable(),
        deviceClass: z.string(),
        quantity: decimal.describe('Used in the period so far'),
        includedQuantity: decimal.describe('Part of the quantity that the plan covers'),
        unitAmount: decimal.describe('Price of one unit beyond what is included'),
        amount: decimal.describe("Rounded, half up, to the currency's smallest unit"),
      }),
    ),
    total: decimal.describe('Sum of the lines'),
  })
  .meta({ id: 'UpcomingInvoice' });

export const createCheckoutSessionSchema = z.object({
  plan: z.string().max(64).describe('Key of a plan with a fee, of GET /v1/billing/plans'),
});

export const checkoutSessionSchema = z.object({
  id: z.string(),
  url: z.url().describe('Send the browser here to pay'),
});

export type PlanView = z.infer<typeof planSchema>;
export type UpcomingInvoice = z.infer<typeof upcomingInvoiceSchema>;
export type InvoiceLine = UpcomingInvoice['lines'][number];
export type CreateCheckoutSession = z.infer<typeof createCheckoutSessionSchema>;
