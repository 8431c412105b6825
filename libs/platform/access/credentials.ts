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

interface Stay {
  principal: Principal;
  controller: AbortController;
}

/** Ends what outlives a request, such as an event stream, once its session, API key or membership has ended. */
@Injectable()
export class Credentials extends RepeatedWork {
  protected readonly everyMs = 1_000;
  private readonly stays = new Set<Stay>();

  constructor(
    changes: Changes,
    private readonly clock: Clock,
  ) {
    super();
    changes.onChange((change) => this.end(({ principal }) => concerns(change, principal)));
    // What ended while nobody told is not known: the client comes back and is looked at anew.
    changes.onReset(() => this.end(() => true));
  }

  protected override async work(): Promise<void> {
    const nowMs = this.clock.now().getTime();
    this.end(({ principal }) => principal.credential.expiresMs <= nowMs);
  }

  watch(principal: Principal): Watched {
    const stay = { principal, controller: new AbortController() };
    this.stays.add(stay);
    return { ended: stay.controller.signal, release: () => void this.stays.delete(stay) };
  }

  private end(isOver: (stay: Stay) => boolean): void {
    for (const stay of this.stays) if (isOver(stay)) stay.controller.abort();
  }
}

function concerns({ table, tenantId, id }: Change, principal: Principal): boolean {
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
