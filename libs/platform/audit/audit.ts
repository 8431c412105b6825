import { beforeCommit, type Transaction } from '../database/database.js';
import { currentCaller, currentRequest } from '../http/current-request.js';
import { newId, NIL_ID } from '../http/ids.js';
import type { AuditAction } from './audit-actions.js';

/** Who did it: a person in their own organization, a program, an operator in somebody else's, the platform by itself, or a directory by SCIM. */
export interface Actor {
  kind: 'user' | 'api_key' | 'operator' | 'system' | 'scim_token';
  id: string | null;
  /** What the operator is in who does it as a member would. */
  impersonationId?: string | null;
}

/** What of the target is different; nothing is written down where both are the same; never a secret, a hash of one, or what a person of a customer's could be known by. */
export interface Change {
  before?: object | null | undefined;
  after?: object | null | undefined;
  /**
   * What a member, or somebody who was invited, is known by, such as `{ email }`: it goes once its person is forgotten, and the chain
   * still holds. Null where nothing may be kept, not even the network that the call came from.
   */
  personal?: { email?: string } | null | undefined;
}

interface NewEvent extends Required<Actor> {
  tenantId: string;
  eventId: string;
  action: string;
  targetId: string;
  before: string | null;
  after: string | null;
  personal: string | null;
  requestId: string | null;
}

/** Of open transactions. */
const waiting = new WeakMap<Transaction, NewEvent[]>();

/**
 * The one door by which changes of state, and looks at what is sensitive, are written down, in the transaction that makes them. They are written as
 * its last, as each waits there for its place in the organization's chain, which docs/adr/0022 describes.
 *
 * @param tenantId null for what stands above organizations, which only a system transaction may write
 * @param action what it was done to and what was done, such as `project.renamed`; a new one has its line in audit-actions.ts
 * @param actor the caller of the request that is being answered, or the platform itself, unless it is given
 */
export async function audit(
  transaction: Transaction,
  tenantId: string | null,
  action: AuditAction,
  targetId: string,
  { before, after, personal }: Change = {},
  { kind, id, impersonationId = null }: Actor = currentActor(tenantId),
): Promise<void> {
  const [was, is] = [toJson(before), toJson(after)];
  if (was !== null && was === is) return;
  const request = currentRequest();
  const known = personal === null ? {} : { ...personal, ...(request?.network && { network: request.network }) };
  const event: NewEvent = {
    tenantId: tenantId ?? NIL_ID,
    eventId: newId(),
    kind,
    id,
    impersonationId,
    action,
    targetId,
    before: was,
    after: is,
    personal: Object.keys(known).length > 0 ? toJson(known) : null,
    requestId: request?.id ?? null,
  };
  const events = waiting.get(transaction);
  if (events) return void events.push(event);
  waiting.set(transaction, [event]);
  beforeCommit(transaction, () => write(transaction));
}

/** By organization, so that of two transactions that write to several neither waits for the other. */
async function write(transaction: Transaction): Promise<void> {
  const events = waiting
    .get(transaction)!
    .toSorted((a, b) => (a.tenantId < b.tenantId ? -1 : a.tenantId > b.tenantId ? 1 : 0));
  for (const {
    tenantId,
    eventId,
    kind,
    id,
    impersonationId,
    action,
    targetId,
    before,
    after,
    personal,
    requestId,
  } of events)
    await transaction.$executeRaw`
      INSERT INTO audit_events (tenant_id, id, actor_kind, actor_id, action, target_type, target_id, before, after, personal, request_id, impersonation_id)
      VALUES (${tenantId}::uuid, ${eventId}::uuid, ${kind}::audit_actor_kind, ${id}::uuid, ${action}, ${action.split('.')[0]},
        ${targetId}::uuid, ${before}::jsonb, ${after}::jsonb, ${personal}::jsonb, ${requestId}, ${impersonationId}::uuid)`;
}

function toJson(value: object | null | undefined): string | null {
  return value ? JSON.stringify(value) : null;
}

/** Who makes the request that is being answered; to whom the organization is not their own, as null is nobody's, they are an operator. */
export function currentActor(tenantId: string | null): Actor {
  const principal = currentCaller();
  if (!principal) return { kind: 'system', id: null };
  if (principal.kind === 'apiKey') return { kind: 'api_key', id: principal.apiKeyId };
  if (principal.kind === 'scimToken') return { kind: 'scim_token', id: principal.scimTokenId };
  const { impersonation } = principal;
  if (impersonation) return { kind: 'operator', id: principal.userId, impersonationId: impersonation.id };
  // Only an operator reaches another organization than their own.
  return { kind: principal.tenantId === tenantId ? 'user' : 'operator', id: principal.userId };
}
