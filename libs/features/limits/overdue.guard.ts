import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ALLOWED_TO_SUSPENDED, type Permission } from '../../platform/access/permissions.js';
import { type Principal, REQUIRED_PERMISSION, STARTS_JOB } from '../../platform/access/principal.js';
import { KnownTerms } from './known-terms.js';
import { paymentOverdue } from './limits.errors.js';

/** Whoever pays and is to end the debt, or to take along or delete what is theirs, may always do so. */
const ALWAYS: ReadonlySet<Permission> = new Set([...ALLOWED_TO_SUSPENDED, 'billing:write', 'organization:write']);

/** Withholds from who has not paid for weeks what costs: first new jobs, then all that is not reading. */
@Injectable()
export class OverdueGuard implements CanActivate {
  constructor(
    private readonly terms: KnownTerms,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { user, method } = context.switchToHttp().getRequest<FastifyRequest & { user?: Principal }>();
    if (!user || (user.kind === 'user' && user.role === null)) return true;
    const { overdueStage: stage } = await this.terms.get(user.tenantId);
    if (stage === null || stage === 'grace') return true;
    const targets = [context.getHandler(), context.getClass()];
    const startsJob = this.reflector.getAllAndOverride<boolean>(STARTS_JOB, targets) ?? false;
    const permission = this.reflector.getAllAndOverride<Permission | undefined>(REQUIRED_PERMISSION, targets);
    // What is deleted costs no more: a key that leaked, a person who is to be forgotten.
    const isHarmless = ['GET', 'HEAD', 'DELETE'].includes(method) || (permission && ALWAYS.has(permission));
    if (startsJob || (stage === 'read_only' && !isHarmless)) throw paymentOverdue(stage);
    return true;
  }
}
