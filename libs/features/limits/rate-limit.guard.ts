import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IS_PUBLIC, type Principal } from '../../platform/access/principal.js';
import { type RateState, RateLimiter } from './rate-limiter.js';

/** Stands behind the authentication guard: a person's call takes its tokens before anything is done for it. A key's has taken them already. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const { user } = http.getRequest<FastifyRequest & { user?: Principal }>();
    if (!user) {
      // Else whoever puts this guard before the one that finds the caller has no limits at all, and nothing says so.
      const targets = [context.getHandler(), context.getClass()];
      if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, targets)) return true;
      throw new Error('The guard of rate limits runs before the caller is known: list the authentication guard first.');
    }
    if (user.kind === 'user') await this.admit(user, http.getResponse<FastifyReply>());
    return true;
  }

  /** @throws Problem 429 where the caller's tokens are used up */
  async admit(caller: Principal, reply: FastifyReply): Promise<void> {
    const states = await this.limiter.admit(caller, reply.request.ip);
    void reply.header('ratelimit-policy', states.map(policyOf).join(', '));
    void reply.header('ratelimit', states.map(remainderOf).join(', '));
  }
}

/** `"key";q=20;w=2`: 20 requests at once, refilled within 2 s (draft-ietf-httpapi-ratelimit-headers). */
function policyOf({ scope, burst, perSecond }: RateState): string {
  return `"${scope}";q=${burst};w=${Math.max(1, Math.ceil(burst / perSecond))}`;
}

function remainderOf({ scope, burst, perSecond, remaining }: RateState): string {
  return `"${scope}";r=${remaining};t=${Math.ceil((burst - remaining) / perSecond)}`;
}
