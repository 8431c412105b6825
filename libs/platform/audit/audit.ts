import { AsyncLocalStorage } from 'node:async_hooks';
import type { Principal } from '../access/principal.js';
import type { Transaction } from '../database/database.js';
import { newId, NIL_ID } from '../http/ids.js';

/** Who did it: a person in their own organization, a program, an operator in somebody else's, or the platform by itself. */
export interface Actor {
  kind: 'user' | 'api_key' | 'operator' | 'system';
  id: string | null;
}

/** What of the target is different; nothing is written down where both are the same; never a secret, a hash of one, or what a person of a customer's could be known by. */
interface Change {
  before?: object | null | undefined;
  after?: object | null | undefined;
}

/** The request that is being answered; `user` is there once the guard has let it in. */
const requests = new AsyncLocalStorage<{ user?: Principal }>();

/** A hook of Fastify's: what the request does from here on is its caller's doing. After the body was read, which would lose the context. */
export function rememberCaller(request: object, _reply: unknown, done: () => void): void {
  requests.run(request, done);
}

/**
 * The one door by which changes of state are written down, in the transaction that makes them.
 *
 * @param tenantId null for what stands above organizations, which only a system transaction may write
 * @param action what it was done to and what was done, such as `project.renamed`
 * @param actor the caller of the request that is being answered, or the platform itself, unless it is given
 */
export async function audit(
  transaction: Transaction,
  tenantId: string | null,
  action: `${string}.${string}`,
  targetId: string,
  { before, after }: Change = {},
  { kind, id }: Actor = currentActor(tenantId),
): Promise<void> {
  const [was, is] = [toJson(before), toJson(after)];
  if (was !== null && was === is) return;
  await transaction.$executeRaw`
    INSERT INTO audit_events (tenant_id, id, actor_kind, actor_id, action, target_type, target_id, before, after)
    VALUES (${tenantId ?? NIL_ID}::uuid, ${newId()}::uuid, ${kind}::audit_actor_kind, ${id}::uuid,
      ${action}, ${action.split('.')[0]}, ${targetId}::uuid, ${was}::jsonb, ${is}::jsonb)`;
}

function toJson(value: object | null | undefined): string | null {
  return value ? JSON.stringify(value) : null;
}

function currentActor(tenantId: string | null): Actor {
  const principal = requests.getStore()?.user;
  if (!principal) return { kind: 'system', id: null };
  if (principal.kind === 'apiKey') return { kind: 'api_key', id: principal.apiKeyId };
  // Only an operator reaches another organization than their own.
  return { kind: principal.tenantId === tenantId ? 'user' : 'operator', id: principal.userId };
}
