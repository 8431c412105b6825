import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { type FindPersons, PERSONS_OF_PAGES, type Principal } from '../../platform/access/principal.js';
import { ANONYMOUS, invalidUserToken, otherUser, userTokenRequired } from './user-tokens.errors.js';
import { UserTokens } from './user-tokens.js';

/**
 * Stands behind the authentication guard: a call with a publishable key is about whoever the page has shown to be there, by a token that the
 * customer's server signed, or about an anonymous visitor. Whoever reads the key in a page can say what they like about nobody else.
 */
@Injectable()
export class PageCallsGuard implements CanActivate {
  constructor(
    private readonly tokens: UserTokens,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { user, headers, body } = context.switchToHttp().getRequest<FastifyRequest & { user?: Principal }>();
    if (user?.kind !== 'apiKey' || !user.isPublishable) return true;
    const targets = [context.getHandler(), context.getClass()];
    const persons = this.reflector.getAllAndOverride<FindPersons>(PERSONS_OF_PAGES, targets)(body);
    const token = headers['kindred-user-token'];
    if (Array.isArray(token)) throw invalidUserToken('malformed');
    const userId = token === undefined ? null : await this.tokens.verify(user.tenantId, user.projectId, token);
    for (const person of persons) hold(person, userId);
    return true;
  }
}

/** Of what is no object at all the route says what is wrong with it. */
function hold(person: unknown, userId: string | null): void {
  if (typeof person !== 'object' || person === null) return;
  const named = person as { userId?: unknown };
  if (userId !== null) {
    if (named.userId !== undefined && named.userId !== userId) throw otherUser();
    named.userId = userId;
  } else if (typeof named.userId !== 'string' || !named.userId.startsWith(ANONYMOUS)) throw userTokenRequired();
}
