import { AsyncLocalStorage } from 'node:async_hooks';
import type { Principal } from '../access/principal.js';
import { networkOf } from './network.js';

/** What the request log holds of a call besides what HTTP shows. */
export interface LogNote {
  /** Of the deployment that was called. */
  projectId?: string;
  /** Why something else than the model answered. */
  fallbackReason?: string | undefined;
}

export interface WithLogNote {
  logNote?: LogNote;
}

interface Caller {
  id: string;
  ip: string;
  headers: { 'user-agent'?: string };
}

/** The request that is being answered; `user` is there once the guard has let it in. */
const requests = new AsyncLocalStorage<WithLogNote & Caller & { user?: Principal }>();

/** A hook of Fastify's: what the request does from here on is its caller's doing. After the body was read, which would lose the context. */
export function rememberRequest(request: Caller, _reply: unknown, done: () => void): void {
  requests.run(request, done);
}

/** Whose request is being answered, if any is. */
export const currentCaller = (): Principal | undefined => requests.getStore()?.user;

/** The request that is being answered, if any is: its id, the address of the network that it came from, and what its program says of itself. */
export function currentRequest(): { id: string; network: string | null; userAgent: string | null } | undefined {
  const request = requests.getStore();
  return (
    request && { id: request.id, network: networkOf(request.ip), userAgent: request.headers['user-agent'] ?? null }
  );
}

/** Leaves a word on the request that is being answered, for its line in the request log. */
export function noteForLog(note: LogNote): void {
  const request = requests.getStore();
  if (request) request.logNote = { ...request.logNote, ...note };
}
