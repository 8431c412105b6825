import { createHash } from 'node:crypto';
import { derivedId, timeOfId } from '../../platform/http/ids.js';

/** What a subscription says of an event at its time. */
export interface BillingContext {
  priceVersionId: string;
  /** Start of the billing period, ISO 8601. */
  periodStart: string;
}

/** Work that was done for a tenant. */
export interface MeteredWork {
  /** UUIDv7 of the work: writing it twice counts once. */
  id: string;
  tenantId: string;
  projectId: string;
  apiKeyId?: string | null;
  deploymentId?: string | null;
  /** ISO 8601. */
  occurredAt: string;
}

/** How much work used of a meter. */
export interface Use {
  meter: string;
  /** Whole, in the meter's unit; below 0 in corrections only. */
  quantity: number;
  /** The lease that it was taken from. */
  leaseId?: string;
}

/** A call that was answered. */
export interface MeteredCall extends MeteredWork, BillingContext {
  /** First half of a SHA-256, hexadecimal. */
  payloadHash: string;
  uses: Use[];
  /** JSON of what was answered, where the caller may ask for it again. */
  answer?: string;
}

/** One entry of the ledger. */
export interface UsageEvent extends Omit<MeteredCall, 'uses' | 'answer'>, Omit<Use, 'leaseId'> {
  deviceClass?: string;
  correctsId?: string;
  reason?: string;
}

/** A call's entries of the ledger, one for each meter. */
export function eventsOf(call: MeteredCall): UsageEvent[] {
  const { uses, ...work } = call;
  delete work.answer;
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
