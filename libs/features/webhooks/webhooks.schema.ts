import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { listQuerySchema, pageQuerySchema } from '../../platform/http/page.js';
import { textSchema } from '../../platform/http/text.js';
import { timeSchema } from '../../platform/http/time.js';
import { WEBHOOK_EVENT_TYPES } from './webhook-events.js';

const URL_BYTES_MAX = 2048;
const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed'] as const;

const urlSchema = textSchema
  .refine((text) => Buffer.byteLength(text) <= URL_BYTES_MAX, `must be at most ${URL_BYTES_MAX} bytes`)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'must be an https or http URL')
  .refine((text) => !URL.canParse(text) || !new URL(text).username, 'must not hold a user name or password')
  .transform((text) => new URL(text).href)
  .refine((text) => text.length <= URL_BYTES_MAX, `must be at most ${URL_BYTES_MAX} bytes`);

const deliveryStatusSchema = z.enum(DELIVERY_STATUSES).meta({ id: 'WebhookDeliveryStatus' });
const eventTypeSchema = z.enum(WEBHOOK_EVENT_TYPES).meta({ id: 'WebhookEventType' });

const eventTypesSchema = z
  .array(eventTypeSchema)
  .transform((types) => [...new Set(types)])
  .describe('Empty: every event but audit.event');

const descriptionSchema = textSchema.trim().max(500);

export const createWebhookEndpointSchema = z
  .object({
    url: urlSchema,
    description: descriptionSchema.default(''),
    eventTypes: eventTypesSchema.default([]),
  })
  .meta({
    example: {
      url: 'https://shop.example/hooks',
      description: 'Tells the shop of new versions',
      eventTypes: ['training_job.succeeded'],
    },
  });

export const updateWebhookEndpointSchema = z
  .object({
    url: urlSchema.optional(),
    description: descriptionSchema.optional(),
    eventTypes: eventTypesSchema.optional(),
    isEnabled: z
      .boolean()
      .optional()
      .describe('Disabling stops deliveries that are still pending; they can be replayed'),
  })
  .meta({ example: { isEnabled: true } });

const EXAMPLE_ENDPOINT = {
  id: EXAMPLE_IDS.endpoint,
  url: 'https://shop.example/hooks',
  description: 'Tells the shop of new versions',
  eventTypes: ['training_job.succeeded'],
  isEnabled: true,
  disabledAt: null,
  disabledReason: null,
  failingSince: null,
  createdAt: EXAMPLE_TIME,
};

export const webhookEndpointSchema = z
  .object({
    id: z.uuid(),
    url: z.string(),
    description: z.string(),
    eventTypes: z.array(z.string()).describe('Empty: every event but audit.event'),
    isEnabled: z.boolean(),
    disabledAt: z.iso.datetime().nullable(),
    disabledReason: z.string().nullable(),
    failingSince: z.iso.datetime().nullable().describe('The first failure since the last success'),
    createdAt: z.iso.datetime(),
  })
  .meta({
    id: 'WebhookEndpoint',
    examples: [EXAMPLE_ENDPOINT],
  });

/** There are so few of them that no index would help. */
export const listWebhookEndpointsQuerySchema = listQuerySchema(
  ['createdAt', 'url'],
  'Part of the address or the description, or the whole id',
).extend({
  status: z
    .enum(['enabled', 'failing', 'disabled'])
    .optional()
    .describe('`failing` for those that are enabled and have not answered well since a failure'),
});

const secretSchema = z.string().describe('whsec_…, which signs the messages. Shown only now');

export const newWebhookEndpointSchema = webhookEndpointSchema.extend({ secret: secretSchema }).meta({
  id: 'NewWebhookEndpoint',
  examples: [{ ...EXAMPLE_ENDPOINT, secret: 'whsec_…' }],
});

export const secretRotationSchema = z
  .object({
    secret: secretSchema,
    previousSecretExpiresAt: z.iso.datetime().describe('Until then messages are also signed with the previous secret'),
  })
  .meta({ examples: [{ secret: 'whsec_…', previousSecretExpiresAt: EXAMPLE_TIME }] });

export const webhookMessageSchema = z
  .object({
    id: z.uuid().describe('The header webhook-id, the same in every attempt'),
    type: z.string(),
    timestamp: z.iso.datetime(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({
    id: 'WebhookMessage',
    examples: [
      {
        id: EXAMPLE_IDS.message,
        type: 'training_job.succeeded',
        timestamp: EXAMPLE_TIME,
        data: { trainingJobId: EXAMPLE_IDS.trainingJob, modelVersionId: EXAMPLE_IDS.modelVersion },
      },
    ],
  });

export const listWebhookMessagesQuerySchema = pageQuerySchema.extend({ type: eventTypeSchema.optional() });

const webhookAttemptSchema = z.object({
  attempt: z.int(),
  at: z.iso.datetime(),
  responseStatus: z.int().nullable(),
  error: z.string().nullable(),
  durationMs: z.int(),
});

export const webhookDeliverySchema = z
  .object({
    id: z.uuid(),
    messageId: z.uuid(),
    endpointId: z.uuid(),
    type: z.string(),
    status: deliveryStatusSchema,
    attempt: z.int().describe('Attempts so far'),
    nextAttemptAt: z.iso.datetime().nullable().describe('null when none is to follow'),
    attempts: z.array(webhookAttemptSchema).describe('The latest ten, oldest first'),
    createdAt: z.iso.datetime(),
  })
  .meta({
    id: 'WebhookDelivery',
    examples: [
      {
        id: EXAMPLE_IDS.delivery,
        messageId: EXAMPLE_IDS.message,
        endpointId: EXAMPLE_IDS.endpoint,
        type: 'training_job.succeeded',
        status: 'succeeded',
        attempt: 1,
        nextAttemptAt: null,
        attempts: [{ attempt: 1, at: EXAMPLE_TIME, responseStatus: 204, error: null, durationMs: 84 }],
        createdAt: EXAMPLE_TIME,
      },
    ],
  });

export const listWebhookDeliveriesQuerySchema = pageQuerySchema.extend({
  status: deliveryStatusSchema.optional(),
});

export const createReplaysSchema = z
  .object({
    since: timeSchema.describe('Deliveries queued at this time or later'),
  })
  .meta({ example: { since: EXAMPLE_TIME } });

export const replaysSchema = z
  .object({ queued: z.int().describe('Failed deliveries that were queued again') })
  .meta({ examples: [{ queued: 12 }] });

export type CreateWebhookEndpoint = z.infer<typeof createWebhookEndpointSchema>;
export type UpdateWebhookEndpoint = z.infer<typeof updateWebhookEndpointSchema>;
export type ListWebhookEndpointsQuery = z.infer<typeof listWebhookEndpointsQuerySchema>;
export type WebhookEndpoint = z.infer<typeof webhookEndpointSchema>;
export type WebhookMessage = z.infer<typeof webhookMessageSchema>;
export type WebhookAttempt = z.infer<typeof webhookAttemptSchema>;
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>;
export type ListWebhookMessagesQuery = z.infer<typeof listWebhookMessagesQuerySchema>;
export type ListWebhookDeliveriesQuery = z.infer<typeof listWebhookDeliveriesQuerySchema>;
export type CreateReplays = z.infer<typeof createReplaysSchema>;
