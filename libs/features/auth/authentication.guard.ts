import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { ALLOWED_TO_SUSPENDED, type Permission, REFUSED_TO_IMPERSONATION } from '../../platform/access/permissions.js';
import {
  type ApiKeyPrincipal,
  IS_EXPORT,
  IS_FOR_PEOPLE,
  IS_OPEN_TO_KEYS,
  IS_PUBLIC,
  IS_RECENT,
  PERSONS_OF_PAGES,
  type Principal,
  REQUIRED_PERMISSION,
  requirePermission,
  type UserPrincipal,
} from '../../platform/access/principal.js';
import { organizationSuspended } from '../../platform/access/suspended.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { notFound } from '../../platform/errors/problem.js';
import {
  crossSiteRequest,
  deploymentNotAllowed,
  forPeople,
  notAuthenticated,
  noOrganization,
  notForKeys,
  notForPages,
  notInOrganization,
  refusedToImpersonation,
  secondFactorMissing,
  wrongApiKey,
} from './auth.errors.js';
import { organizationOf } from './organization-header.js';
import { StepUpService } from './step-up.service.js';

/** Stands before every route: finds the caller, then checks the route's permission and, for a key, its project. */
@Injectable()
export class AuthenticationGuard extends AuthGuard(['api-key', 'session']) {
  constructor(
    private readonly reflector: Reflector,
    private readonly stepUp: StepUpService,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const request = context.switchToHttp().getRequest<FastifyRequest & { user: Principal }>();
    const isOpenToPages = this.reflector.getAllAndOverride<unknown>(PERSONS_OF_PAGES, targets) !== undefined;
    const isCrossSite = this.isCrossSite(request);
    if (isCrossSite && !(isOpenToPages && showsPublishableKey(request))) throw crossSiteRequest();
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, targets)) return true;
    await super.canActivate(context);
    const isPage = request.user.kind === 'apiKey' && request.user.isPublishable;
    // A cookie may have let in what the key that it shows would not have.
    if (isCrossSite && !isPage) throw crossSiteRequest();
    if (isPage && !isOpenToPages) throw notForPages();
    this.refuseOtherOrganization(request);
    const permission = this.reflector.getAllAndOverride<Permission | undefined>(REQUIRED_PERMISSION, targets);
    const isExport = this.reflector.getAllAndOverride<boolean>(IS_EXPORT, targets) ?? false;
    if (request.user.kind === 'user') this.confinePerson(request.user, request.method, permission, isExport);
    requirePermission(request.user, permission);
    if (request.user.kind === 'apiKey') this.confineKey(request.user, request, targets);
    else if (request.user.kind === 'user' && this.reflector.getAllAndOverride<boolean>(IS_RECENT, targets))
      await this.stepUp.require(request.user);
    return true;
  }

  override handleRequest<T>(error: unknown, principal: T | false, _info: unknown, context: ExecutionContext): T {
    if (error) throw error;
    if (principal) return principal;
    const { authorization } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    throw /^Bearer \S/i.test(authorization ?? '') ? wrongApiKey() : notAuthenticated();
  }

  /** Says why somebody may not who else might: they act in no organization, in a suspended one, or as somebody else. */
  private confinePerson(
    { role, permissions, suspension, impersonation, needsSecondFactor }: UserPrincipal,
    method: string,
    permission: Permission | undefined,
    isExport: boolean,
  ): void {
    if (!permission) return;
    // Their own account is where they add one.
    if (needsSecondFactor && permission !== 'me:read') throw secondFactorMissing();
    const isOfNobody = role === null && !permissions.includes('operator');
    if (isOfNobody && !permissions.includes(permission)) throw noOrganization();
    // Somebody's own account is not the operator's to change, and the operator's is not what they came for.
    const changesAccount = permission === 'me:read' && !['GET', 'HEAD'].includes(method);
    if (
      impersonation &&
      (REFUSED_TO_IMPERSONATION.includes(permission) || isExport || method === 'DELETE' || changesAccount)
    )
      throw refusedToImpersonation();
    if (suspension && !ALLOWED_TO_SUSPENDED.includes(permission) && !isExport) throw organizationSuspended(suspension);
  }

  /** A key reaches the routes of its project, and those few others that see to it themselves. */
  private confineKey(
    key: ApiKeyPrincipal,
    request: FastifyRequest,
    targets: Parameters<Reflector['getAllAndOverride']>[1],
  ): void {
    if (this.reflector.getAllAndOverride<boolean>(IS_FOR_PEOPLE, targets)) throw forPeople();
    const { projectId, deploymentId } = request.params as { projectId?: string; deploymentId?: string };
    const isFenced = key.deploymentIds.length > 0 && deploymentId !== undefined;
    if (isFenced && !key.deploymentIds.includes(deploymentId)) throw deploymentNotAllowed();
    if (projectId === key.projectId) return;
    if (projectId !== undefined) throw notFound('project', projectId);
    if (!this.reflector.getAllAndOverride<boolean>(IS_OPEN_TO_KEYS, targets)) throw notForKeys();
  }

  /** A call that names an organization acts there or not at all; one of others looks like one that there is not. */
  private refuseOtherOrganization(request: FastifyRequest & { user: Principal }): void {
    const named = organizationOf(request);
    if (named !== undefined && named !== request.user.tenantId) throw notInOrganization(named);
  }

  /** A browser names the page's origin on every write, so a cookie that another site's page rides on is told apart. */
  private isCrossSite(request: FastifyRequest): boolean {
    const { origin, host } = request.headers;
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method) || !origin) return false;
    const isOurs =
      origin === new URL(this.config.PUBLIC_URL).origin || (URL.canParse(origin) && new URL(origin).host === host);
    return !isOurs;
  }
}

function showsPublishableKey({ headers }: FastifyRequest): boolean {
  return /^Bearer kin_pub_/i.test(headers.authorization ?? '');
}
