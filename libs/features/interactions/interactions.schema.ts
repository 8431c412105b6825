import { z } from 'zod';
import { BOUNDS } from '../../platform/bounds.js';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';

const idText = { type: 'string', minLength: 1, maxLength: BOUNDS.idCharacters.most } as const;

/**
 * Described here and checked one by one by `readEvent`: a schema would refuse a whole call for one of its events, and takes longer than all else
 * that becomes of a thousand.
 */
const eventSchema = z.unknown().meta({
  id: 'InteractionEvent',
  type: 'object',
  required: ['userId', 'itemId'],
  properties: {
    userId: { ...idText, description: 'Who did it' },
    itemId: { ...idText, description: 'With what' },
    eventType: { ...idText, description: 'Such as view, impression, add_to_cart or purchase' },
    value: { type: 'number', description: 'Rating, price or quantity' },
    timestamp: {
      anyOf: [{ type: 'number' }, { type: 'string' }],
      description:
        'When: Unix seconds, milliseconds or ISO 8601; the moment of the call where absent. Late and out of order is fine',
    },
    interactionId: {
      ...idText,
      description: 'Your own id of the event: a data set takes it once, however often it is sent',
    },
    recommendationId: { type: 'string', format: 'uuid', description: 'Of the answer that the item was shown by' },
  },
  examples: [
    {
      userId: 'user-42',
      itemId: 'lamp',
      eventType: 'purchase',
      value: 39.9,
      timestamp: EXAMPLE_TIME,
      interactionId: 'order-1001-1',
      recommendationId: EXAMPLE_IDS.call,
    },
  ],
});

export const sendInteractionsSchema = z
  .strictObject({
    dataSetId: z
      .uuid()
      .optional()
      .describe(
        "Data set of interactions that takes them; the project's live one, made by its first event, where absent",
      ),
    interactions: z.array(eventSchema).min(1).max(BOUNDS.eventsOfCall.most),
  })
  .meta({
    examples: [
      { interactions: [{ userId: 'user-42', itemId: 'lamp', eventType: 'purchase', interactionId: 'order-1001-1' }] },
    ],
  });

const resultSchema = z.object({
  status: z
    .enum(['accepted', 'duplicate', 'rejected'])
    .describe('`duplicate`: the data set has an event of that interactionId, or an earlier one of this call has it'),
  error: z.string().optional().describe('What is wrong with a rejected one'),
});

export const sentInteractionsSchema = z
  .object({
    dataSetId: z.uuid().describe('Holds the accepted ones; a model that learns from it learns from them too'),
    accepted: z.int().min(0).describe('How many are kept, and counted as `interactions_ingested`'),
    results: z.array(resultSchema).describe('Of each event, in their order'),
  })
  .meta({
    id: 'SentInteractions',
    examples: [{ dataSetId: EXAMPLE_IDS.dataSet, accepted: 1, results: [{ status: 'accepted' }] }],
  });

export type SendInteractions = z.infer<typeof sendInteractionsSchema>;
export type SentInteractions = z.infer<typeof sentInteractionsSchema>;
