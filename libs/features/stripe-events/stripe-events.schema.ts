import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import { textSchema } from '../../platform/http/text.js';

const STATUSES = ['waiting', 'failing', 'followed', 'ignored'] as const;

export const IGNORED_REASONS = ['unknown_type', 'unknown_customer'] as const;

export type IgnoredReason = (typeof IGNORED_REASONS)[number];

export const listStripeEventsQuerySchema = pageQuerySchema.extend({
  status: z.enum(STATUSES).optional().describe('All when absent'),
  type: textSchema.trim().max(100).default('').describe('A whole type of Stripe’s, such as invoice.paid'),
  search: textSchema.trim().max(255).default('').describe("Stripe's whole id of an event, a customer or an invoice"),
});

export const exportStripeEventsQuerySchema = listStripeEventsQuerySchema.omit({ limit: true, cursor: true });

export const stripeEventSchema = z
  .object({
    id: z.uuid(),
    eventId: z.string().describe("Stripe's id"),
    type: z.string(),
    createdAt: z.iso.datetime().describe("By Stripe's clock"),
    receivedAt: z.iso.datetime(),
    organization: z
      .object({ id: z.uuid(), name: z.string() })
      .nullable()
      .describe('Who pays as its customer; null where that is nobody here'),
    customerId: z.string().nullable().describe("Stripe's id"),
    invoiceId: z.string().nullable().describe("Stripe's id of the invoice that it is about"),
    status: z.enum(STATUSES).describe('failing: it was tried, and is tried again'),
    effect: z
      .enum(['changed', 'unchanged', 'ignored'])
      .nullable()
      .describe('changed: something here is another since; unchanged: all was as Stripe says already'),
    reason: z.enum(IGNORED_REASONS).nullable().describe('Why it was ignored'),
    error: z.string().nullable().describe('Of the last try, where that failed'),
    tries: z.int(),
    nextAttemptAt: z.iso.datetime().nullable(),
    followedAt: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'StripeEvent',
    examples: [
      {
        id: EXAMPLE_IDS.stripeEvent,
        eventId: 'evt_1SZ3xK2eZvKYlo2C',
        type: 'invoice.paid',
        createdAt: EXAMPLE_TIME,
        receivedAt: EXAMPLE_TIME,
        organization: { id: EXAMPLE_IDS.organization, name: 'Corner Shop' },
        customerId: 'cus_TQ1xK2eZvKYlo2',
        invoiceId: 'in_1SZ3xK2eZvKYlo2C',
        status: 'followed' as const,
        effect: 'changed' as const,
        reason: null,
        error: null,
        tries: 1,
        nextAttemptAt: null,
        followedAt: EXAMPLE_TIME,
      },
    ],
  });

export const stripeEventListSchema = pageSchema(stripeEventSchema);

export type ListStripeEventsQuery = z.infer<typeof listStripeEventsQuerySchema>;
export type StripeEventView = z.infer<typeof stripeEventSchema>;
export type ExportStripeEventsQuery = z.infer<typeof exportStripeEventsQuerySchema>;
