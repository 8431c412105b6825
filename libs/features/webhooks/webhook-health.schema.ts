import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { pageQuerySchema } from '../../platform/http/page.js';

const ENDPOINT_STATES = ['failing', 'disabled'] as const;

export const listTroubledEndpointsQuerySchema = pageQuerySchema.extend({
  state: z.enum(ENDPOINT_STATES).optional().describe('Both when absent'),
});

export const webhookHealthSchema = z
  .object({
    waiting: z.int().describe('Deliveries that are due or will be, to endpoints that are enabled'),
    oldestWaitingAt: z.iso.datetime().nullable().describe('When the oldest of them was created'),
    lastDay: z
      .object({
        succeeded: z.int(),
        failed: z.int().describe('Given up'),
        pending: z.int(),
        deliveredShare: z.number().nullable().describe('Those that succeeded, of all; null where there were none'),
      })
      .describe('Deliveries that were created in the last 24 hours'),
    failingEndpoints: z.int(),
    disabledEndpoints: z.int(),
  })
  .meta({ id: 'WebhookHealth' });

/** The path and query of a receiver's address may hold a secret of the customer's, so that the operator sees its origin alone. */
export const troubledEndpointSchema = z
  .object({
    id: z.uuid(),
    organization: z.object({ id: z.uuid(), name: z.string() }),
    origin: z.string().describe('Of its address, without the path'),
    state: z.enum(ENDPOINT_STATES),
    failingSince: z.iso.datetime().nullable().describe('The first failure since the last success'),
    disabledAt: z.iso.datetime().nullable(),
    disabledReason: z.string().nullable(),
    waiting: z.int().describe('Deliveries that are pending'),
    oldestWaitingAt: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'TroubledWebhookEndpoint',
    examples: [
      {
        id: EXAMPLE_IDS.endpoint,
        organization: { id: EXAMPLE_IDS.organization, name: 'My shop' },
        origin: 'https://shop.example',
        state: 'failing',
        failingSince: EXAMPLE_TIME,
        disabledAt: null,
        disabledReason: null,
        waiting: 3,
        oldestWaitingAt: EXAMPLE_TIME,
      },
    ],
  });

export type ListTroubledEndpointsQuery = z.infer<typeof listTroubledEndpointsQuerySchema>;
export type WebhookHealth = z.infer<typeof webhookHealthSchema>;
export type TroubledEndpoint = z.infer<typeof troubledEndpointSchema>;
