import { z } from 'zod';

const id = z.uuid();
const time = z.iso.datetime();
const amount = z.string().describe("Exact decimal in the currency's main unit");

const trainingJob = { trainingJobId: id, projectId: id, modelId: id };

const invoice = {
  invoiceId: z.string().describe("Stripe's id, or of an invoice of ours the one of GET /v1/billing/invoices"),
  number: z.string().nullable(),
  subscriptionId: z.string().nullable().describe("Stripe's id; null of an invoice of ours"),
  currency: z.string(),
  total: amount,
  amountDue: amount,
  amountPaid: amount,
  periodStart: time,
  periodEnd: time,
  hostedInvoiceUrl: z.string().nullable().describe('Where it can be seen and paid'),
};

/** Every event that a customer may be told of, with the `data` of its payload. docs/guides/webhooks.md describes them to customers. */
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
    used: z
      .string()
      .describe('Exact decimal')
      .meta({ examples: ['12.5'] }),
    limit: z
      .string()
      .describe('Exact decimal')
      .meta({ examples: ['12.5'] }),
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
  'credit_note.issued': z.object({
    creditNoteId: id,
    number: z.string(),
    invoiceId: z.string().describe('The id of GET /v1/billing/invoices'),
    invoiceNumber: z.string().nullable(),
    kind: z.enum(['credit', 'refund']).describe('credit: taken off what is due; refund: given back of what was paid'),
    amount,
    currency: z.string(),
    reason: z.string(),
  }),
  /** Written by the trigger tell_audit_event, to endpoints that name it: an event of the log is one here by the same id. */
  'audit.event': z.object({
    id,
    organizationId: id,
    ordinal: z.int().describe("Place in the organization's log, without a gap"),
    occurredAt: time,
    actorKind: z.enum(['user', 'api_key', 'operator', 'system', 'scim_token']),
    actorId: id.nullable(),
    action: z.string(),
    targetType: z.string(),
    targetId: id,
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
    requestId: z.string().nullable(),
    personalDigest: z.string().nullable(),
    hash: z.string(),
    hashed: z.string().describe('What the hash covers, after the hash of the event before and a line feed'),
  }),
  'webhook.test': z.object({ endpointId: id }),
};

export type WebhookEventType = keyof typeof WEBHOOK_EVENTS;

export type WebhookEventData<T extends WebhookEventType> = z.infer<(typeof WEBHOOK_EVENTS)[T]>;

export const WEBHOOK_EVENT_TYPES = Object.keys(WEBHOOK_EVENTS) as [WebhookEventType, ...WebhookEventType[]];
