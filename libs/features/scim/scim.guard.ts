import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../platform/access/principal.js';
import { RateLimitGuard } from '../limits/index.js';
import { ScimTokensService } from './scim-tokens.service.js';
import { wrongScimToken } from './scim.errors.js';

/** Stands before the routes of SCIM, which are open to nobody else: finds the organization by the token, and counts the call. */
@Injectable()
export class ScimGuard implements CanActivate {
  constructor(
    private readonly tokens: ScimTokensService,
    private readonly rates: RateLimitGuard,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & { user?: Principal }>();
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const caller = token ? await this.tokens.verify(token) : null;
    if (!caller) throw wrongScimToken();
    request.user = caller;
    await this.rates.admit(caller, http.getResponse<FastifyReply>());
    return true;
  }
}
