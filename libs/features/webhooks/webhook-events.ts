import { z } from 'zod';

const id = z.uuid();
const time = z.iso.datetime();
const amount = z.string().describe("Exact decimal in the currency's main unit");

const trainingJob = { trainingJobId: id, projectId: id, modelId: id };

const invoice = {
  invoiceId: z.string().describe("Stripe's id"),
  number: z.string().nullable(),
  subscriptionId: z.string().nullable().describe("Stripe's id"),
  currency: z.string(),
  total: amount,
  amountDue: amount,
  amountPaid: amount,
  periodStart: time,
  periodEnd: time,
  hostedInvoiceUrl: z.string().nullable().describe('Where it can be seen and paid'),
};

/** Every event that a customer may be told of, with the `data` of its payload. docs/webhooks.md describes them to customers. */
export const WEBHOOK_EVENTS = {
  'training_job.succeeded': z.object({ ...trainingJob, modelVersionIds: z.array(id) }),
  'training_job.failed': z.object({
    ...trainingJob,
    failureKind: z.enum(['input', 'time_limit', 'gave_up']),
    failureReason: z.string(),
  }),
  'training_job.cancelled': z.object(trainingJob),
  'limit.threshold_reached': z.object({
    limitId: id.nullable().describe('Null for a quota of the plan'),
    kind: z.enum(['quota', 'spend']),
    scope: z.enum(['organization', 'project', 'key']),
    scopeId: id,
    meter: z.string().nullable(),
    threshold: z.union([z.literal(50), z.literal(75), z.literal(100)]).describe('Percent of the limit'),
    used: z.string().describe('Exact decimal'),
    limit: z.string().describe('Exact decimal'),
    periodStart: time,
    periodEnd: time,
  }),
  'api_key.leaked': z.object({
    apiKeyId: id,
    projectId: id,
    prefix: z.string(),
    url: z.string().describe('Where the key was found'),
    revokedAt: time,
  }),
  'invoice.finalized': z.object(invoice),
  'invoice.paid': z.object(invoice),
  'invoice.payment_failed': z.object({
    ...invoice,
    attemptCount: z.int(),
    nextAttemptAt: time.nullable().describe('When payment is tried again'),
  }),
  'webhook.test': z.object({ endpointId: id }),
};

export type WebhookEventType = keyof typeof WEBHOOK_EVENTS;

export type WebhookEventData<T extends WebhookEventType> = z.infer<(typeof WEBHOOK_EVENTS)[T]>;

export const WEBHOOK_EVENT_TYPES = Object.keys(WEBHOOK_EVENTS) as [WebhookEventType, ...WebhookEventType[]];
