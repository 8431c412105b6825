import { Global, Injectable, Module } from '@nestjs/common';
import { type Change, Changes } from '../changes/changes.js';
import { Clock } from '../clock/clock.js';
import { RepeatedWork } from '../queue/repeated-work.js';
import type { Principal } from './principal.js';

/** A stay that ends with what let it begin. */
export interface Watched {
  ended: AbortSignal;
  release(): void;
}

/** A request that is let in begins what outlives it within this time. */
const RECENT_MS = 60_000;

interface Stay {
  principal: Principal;
  controller: AbortController;
}

/** Ends what outlives a request, such as an event stream, once its session, API key or membership has ended. */
@Injectable()
export class Credentials extends RepeatedWork {
  protected readonly everyMs = 1_000;
  private readonly stays = new Set<Stay>();
  /** By which something may have ended between a request's being let in and the stay that it began. */
  private recent: { change: Change | null; atMs: number }[] = [];

  constructor(
    changes: Changes,
    private readonly clock: Clock,
  ) {
    super();
    changes.onChange((change) => this.remember(change));
    // What ended while nobody told is not known: the client comes back and is looked at anew.
    changes.onReset(() => this.remember(null));
  }

  protected override async work(): Promise<void> {
    const nowMs = this.clock.now().getTime();
    this.end(({ principal }) => principal.credential.expiresMs <= nowMs);
    const oldestMs = performance.now() - RECENT_MS;
    this.recent = this.recent.filter(({ atMs }) => atMs >= oldestMs);
  }

  /** @param sinceMs before the principal was looked up, by performance.now() */
  watch(principal: Principal, sinceMs: number): Watched {
    const stay = { principal, controller: new AbortController() };
    this.stays.add(stay);
    if (this.recent.some(({ change, atMs }) => atMs >= sinceMs && concerns(change, principal))) stay.controller.abort();
    return { ended: stay.controller.signal, release: () => void this.stays.delete(stay) };
  }

  private remember(change: Change | null): void {
    if (change && !TABLES.has(change.table)) return;
    this.recent.push({ change, atMs: performance.now() });
    this.end(({ principal }) => concerns(change, principal));
  }

  private end(isOver: (stay: Stay) => boolean): void {
    for (const stay of this.stays) if (isOver(stay)) stay.controller.abort();
  }
}

const TABLES = new Set(['memberships', 'organizations', 'impersonations', 'sessions', 'api_keys']);

/** @param change null where everything may have changed */
function concerns(change: Change | null, principal: Principal): boolean {
  if (!change) return true;
  const { table, tenantId, id } = change;
  if (table === 'memberships') {
    return principal.kind === 'user' && principal.tenantId === tenantId && principal.userId === id;
  }
  if (table === 'organizations') return principal.tenantId === id;
  if (table === 'impersonations') return principal.kind === 'user' && principal.impersonation?.id === id;
  const isKind = table === (principal.kind === 'user' ? 'sessions' : 'api_keys');
  // As to_jsonb writes bytea.
  return isKind && id === `\\x${principal.credential.hash}`;
}

@Global()
@Module({ providers: [Credentials], exports: [Credentials] })
export class CredentialsModule {}
