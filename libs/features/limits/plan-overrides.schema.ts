import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { textSchema } from '../../platform/http/text.js';
import { timeSchema } from '../../platform/http/time.js';
import { decimal } from './limits.schema.js';

const KINDS = ['limit', 'included'] as const;
const kind = z
  .enum(KINDS)
  .describe('`limit`: at most so much. `included`: so much of a meter costs nothing beyond the fee');
const resource = z.string().min(1).max(64).describe("A meter's key, or a thing that plans bound the number of");

export const putPlanOverrideSchema = z
  .object({
    kind,
    resource,
    quantity: decimal,
    reason: textSchema.trim().min(10).max(500),
    endsAt: timeSchema.nullable().default(null).describe("From when on the plan's holds again; null for good"),
  })
  .meta({
    example: {
      kind: 'limit',
      resource: 'projects',
      quantity: '50',
      reason: 'Agreed with their team in May.',
      endsAt: null,
    },
  });

export const planOverrideSchema = z
  .object({
    id: z.uuid(),
    kind,
    resource,
    quantity: decimal,
    reason: z.string(),
    endsAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({
    id: 'PlanOverride',
    examples: [
      {
        id: EXAMPLE_IDS.override,
        kind: 'limit',
        resource: 'projects',
        quantity: '50',
        reason: 'Agreed with their team in May.',
        endsAt: null,
        createdAt: EXAMPLE_TIME,
      },
    ],
  });

export const planOverridesSchema = z.object({ data: z.array(planOverrideSchema) });

export type PutPlanOverride = z.infer<typeof putPlanOverrideSchema>;
export type PlanOverride = z.infer<typeof planOverrideSchema>;
