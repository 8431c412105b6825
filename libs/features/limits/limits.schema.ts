import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { REQUESTS_PER_SECOND, SCOPES, SPEND } from './remaining.js';

/** Of requests, at once or a second. */
const BURST_MAX = 100_000;

export const decimal = z.string().regex(/^\d{1,12}(\.\d{1,6})?$/, 'must be a decimal of at most 6 places, not below 0');

/** In as many places as prices have, and below 0 after a correction of an earlier period. */
const usedAmount = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .describe('Exact decimal, in the current billing period');

/** For whom a limit is. */
const scopeShape = {
  scope: z.enum(SCOPES),
  scopeId: z.uuid().optional().describe('Of the project or API key; absent for the organization'),
};
const hasScopeId = ({ scope, scopeId }: { scope: string; scopeId?: string }) => scope === 'organization' || scopeId;
const SCOPE_ID_MISSING = { path: ['scopeId'], message: 'is missing' };

export const putLimitSchema = z
  .object({
    ...scopeShape,
    resource: z
      .string()
      .min(1)
      .max(64)
      .describe(
        `A meter's key: units in a billing period. ${SPEND}: money in a billing period. ${REQUESTS_PER_SECOND}: how often`,
      ),
    quantity: decimal.describe("Exact decimal, in the meter's unit, the currency's main unit, or requests a second"),
    burst: z
      .int()
      .min(1)
      .max(BURST_MAX)
      .optional()
      .describe(`Requests that may come at once, of ${REQUESTS_PER_SECOND}; twice the quantity when absent`),
  })
  .refine(hasScopeId, SCOPE_ID_MISSING)
  .refine(({ resource, quantity }) => resource !== REQUESTS_PER_SECOND || Number(quantity) > 0, {
    path: ['quantity'],
    message: 'must be above 0',
  })
  .refine(({ resource, quantity }) => resource !== REQUESTS_PER_SECOND || Number(quantity) <= BURST_MAX, {
    path: ['quantity'],
    message: `must be at most ${BURST_MAX} requests a second`,
  })
  .transform((body) => {
    if (body.resource !== REQUESTS_PER_SECOND) return { ...body, burst: undefined };
    return { ...body, burst: body.burst ?? Math.min(BURST_MAX, Math.max(1, Math.ceil(2 * Number(body.quantity)))) };
  })
  .meta({ example: { scope: 'organization', resource: 'recommendation_requests', quantity: '50000' } });

export const limitSchema = z
  .object({
    id: z.uuid(),
    scope: z.enum(SCOPES),
    scopeId: z.uuid(),
    resource: z.string(),
    quantity: decimal,
    burst: z.int().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({
    id: 'Limit',
    examples: [
      {
        id: EXAMPLE_IDS.limit,
        scope: 'project',
        scopeId: EXAMPLE_IDS.project,
        resource: 'recommendation_requests',
        quantity: '50000',
        burst: null,
        createdAt: EXAMPLE_TIME,
        updatedAt: EXAMPLE_TIME,
      },
    ],
  });

const limitUseSchema = z
  .object({
    limitId: z.uuid().nullable().describe('Null for what the plan sets'),
    setBy: z.enum(['plan', 'customer']),
    scope: z.enum(SCOPES),
    scopeId: z.uuid(),
    resource: z.string(),
    quantity: z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .describe('Exact decimal; of a plan it may have more digits than a limit of yours'),
    used: usedAmount,
    isOverride: z.boolean().describe("Whether it was set for this organization alone, in place of the plan's"),
  })
  .meta({
    id: 'LimitUse',
    examples: [
      {
        limitId: EXAMPLE_IDS.limit,
        setBy: 'customer',
        scope: 'project',
        scopeId: EXAMPLE_IDS.project,
        resource: 'recommendation_requests',
        quantity: '50000',
        used: '1204',
        isOverride: false,
      },
    ],
  });

export const limitScopeSchema = z
  .object({
    ...scopeShape,
    resource: z
      .string()
      .min(1)
      .max(64)
      .describe(`A meter's key, or ${SPEND}`)
      .meta({ examples: ['recommendation_requests'] }),
  })
  .refine(hasScopeId, SCOPE_ID_MISSING);

export const usedSchema = z.object({ used: usedAmount.meta({ examples: ['1204'] }) });

export const limitsSchema = z
  .object({
    periodStart: z.iso.datetime(),
    periodEnd: z.iso.datetime(),
    currency: z.string().meta({ examples: ['usd'] }),
    requestsPerSecond: z.int().describe('Of the plan, for the whole organization'),
    requestsBurst: z.int(),
    limits: z.array(limitSchema).describe("The organization's own"),
    uses: z.array(limitUseSchema).describe('Every quota and spend cap, and what counts against it'),
  })
  .meta({ id: 'Limits' });

export type PutLimit = z.output<typeof putLimitSchema>;
export type LimitScope = z.output<typeof limitScopeSchema>;
export type Limit = z.infer<typeof limitSchema>;
export type Limits = z.infer<typeof limitsSchema>;
