import { createHash } from 'node:crypto';
import { z } from 'zod';
import { derivedId, timeOfId } from '../../platform/http/ids.js';

/** What a subscription says of an event at its time. */
const billingContextSchema = z.object({
  priceVersionId: z.string(),
  /** Start of the billing period, ISO 8601. */
  periodStart: z.string(),
});

/** Work that was done for a tenant. */
const meteredWorkSchema = z.object({
  /** UUIDv7 of the work: writing it twice counts once. */
  id: z.string(),
  tenantId: z.string(),
  projectId: z.string(),
  apiKeyId: z.string().nullish(),
  deploymentId: z.string().nullish(),
  /** ISO 8601. */
  occurredAt: z.string(),
});

/** How much work used of a meter. */
const useSchema = z.object({
  meter: z.string(),
  /** Whole, in the meter's unit; below 0 in corrections only. */
  quantity: z.number(),
  /** The lease that it was taken from. */
  leaseId: z.string().optional(),
});

/** A call that was answered, as the journal holds it. */
export const meteredCallSchema = meteredWorkSchema.extend({
  ...billingContextSchema.shape,
  /** First half of a SHA-256, hexadecimal. */
  payloadHash: z.string(),
  uses: z.array(useSchema),
  /** JSON of what was answered, where the caller may ask for it again. */
  answer: z.string().optional(),
  /** What was asked, where feedback may name the call. */
  kept: z.record(z.string(), z.unknown()).optional(),
  /** What answered, next to `kept`. */
  modelVersionId: z.string().optional(),
  /** Events that came with it, as the data set that is named takes them. */
  interactions: z.object({ dataSetId: z.string(), rows: z.array(z.unknown()) }).optional(),
});

export type BillingContext = z.infer<typeof billingContextSchema>;
export type MeteredWork = z.infer<typeof meteredWorkSchema>;
export type Use = z.infer<typeof useSchema>;
export type MeteredCall = z.infer<typeof meteredCallSchema>;

/** One entry of the ledger. */
export interface UsageEvent
  extends Omit<MeteredCall, 'uses' | 'answer' | 'kept' | 'modelVersionId' | 'interactions'>, Omit<Use, 'leaseId'> {
  deviceClass?: string;
  correctsId?: string;
  reason?: string;
}

/** A call's entries of the ledger, one for each meter. */
export function eventsOf(call: MeteredCall): UsageEvent[] {
  const { uses, ...work } = call;
  delete work.answer;
  delete work.kept;
  delete work.modelVersionId;
  delete work.interactions;
  return uses.map((use) => ({ ...work, ...use }));
}

/** Tells a repetition from another thing under the same id. */
export function hashPayload(payload: unknown): string {
  return createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 32);
}

/** The id, as its time says, that is `event`'s own where another event has taken the one it came with. */
export function idOfConflict({ id, meter, payloadHash }: UsageEvent): string {
  return derivedId(timeOfId(id), `${id}/${meter}/${payloadHash}`);
}
