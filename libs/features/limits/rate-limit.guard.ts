import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../platform/access/principal.js';
import { type RateState, RateLimiter } from './rate-limiter.js';

/** Stands behind the authentication guard: a key's call takes its tokens before anything is done for it. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(private readonly limiter: RateLimiter) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const { user } = http.getRequest<FastifyRequest & { user?: Principal }>();
    if (user?.kind !== 'apiKey') return true;
    const states = await this.limiter.admit(user);
    const reply = http.getResponse<FastifyReply>();
    void reply.header('ratelimit-policy', states.map(policyOf).join(', '));
    void reply.header('ratelimit', states.map(remainderOf).join(', '));
    return true;
  }
}

/** `"key";q=20;w=2`: 20 requests at once, refilled within 2 s (draft-ietf-httpapi-ratelimit-headers). */
function policyOf({ scope, burst, perSecond }: RateState): string {
  return `"${scope}";q=${burst};w=${Math.max(1, Math.ceil(burst / perSecond))}`;
}

function remainderOf({ scope, burst, perSecond, remaining }: RateState): string {
  return `"${scope}";r=${remaining};t=${Math.ceil((burst - remaining) / perSecond)}`;
}
