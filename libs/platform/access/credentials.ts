import { Global, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { type Change, Changes } from '../changes/changes.js';
import { Clock } from '../clock/clock.js';
import type { Principal } from './principal.js';

const EXPIRY_MS = 1_000;

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
export class Credentials implements OnApplicationShutdown {
  private readonly stays = new Set<Stay>();
  private readonly timer: NodeJS.Timeout;

  constructor(changes: Changes, clock: Clock) {
    changes.onChange((change) => this.end(({ principal }) => concerns(change, principal)));
    // What ended while nobody told is not known: the client comes back and is looked at anew.
    changes.onReset(() => this.end(() => true));
    this.timer = setInterval(() => {
      const nowMs = clock.now().getTime();
      this.end(({ principal }) => principal.credential.expiresMs <= nowMs);
    }, EXPIRY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
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
  const isKind = table === (principal.kind === 'user' ? 'sessions' : 'api_keys');
  // As to_jsonb writes bytea.
  return isKind && id === `\\x${principal.credential.hash}`;
}

@Global()
@Module({ providers: [Credentials], exports: [Credentials] })
export class CredentialsModule {}
