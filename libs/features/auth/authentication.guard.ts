import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import type { Permission } from '../../platform/access/permissions.js';
import {
  type ApiKeyPrincipal,
  IS_OPEN_TO_KEYS,
  IS_PUBLIC,
  type Principal,
  REQUIRED_PERMISSION,
} from '../../platform/access/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { notFound } from '../../platform/errors/problem.js';
import { crossSiteRequest, deploymentNotAllowed, notAuthenticated, notForKeys, notPermitted } from './auth.errors.js';

/** Stands before every route: finds the caller, then checks the route's permission and, for a key, its project. */
@Injectable()
export class AuthenticationGuard extends AuthGuard(['api-key', 'session']) {
  constructor(
    private readonly reflector: Reflector,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const request = context.switchToHttp().getRequest<FastifyRequest & { user: Principal }>();
    this.refuseCrossSite(request);
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, targets)) return true;
    await super.canActivate(context);
    const permission = this.reflector.getAllAndOverride<Permission | undefined>(REQUIRED_PERMISSION, targets);
    if (!permission || !request.user.permissions.includes(permission)) throw notPermitted(permission);
    if (request.user.kind === 'apiKey') this.confineKey(request.user, request, targets);
    return true;
  }

  override handleRequest<T>(error: unknown, principal: T | false): T {
    if (error) throw error;
    if (!principal) throw notAuthenticated();
    return principal;
  }

  /** A key reaches the routes of its project, and those few others that see to it themselves. */
  private confineKey(
    key: ApiKeyPrincipal,
    request: FastifyRequest,
    targets: Parameters<Reflector['getAllAndOverride']>[1],
  ): void {
    const { projectId, deploymentId } = request.params as { projectId?: string; deploymentId?: string };
    const isFenced = key.deploymentIds.length > 0 && deploymentId !== undefined;
    if (isFenced && !key.deploymentIds.includes(deploymentId)) throw deploymentNotAllowed();
    if (projectId === key.projectId) return;
    if (projectId !== undefined) throw notFound('project', projectId);
    if (!this.reflector.getAllAndOverride<boolean>(IS_OPEN_TO_KEYS, targets)) throw notForKeys();
  }

  /** A browser names the page's origin on every write, so a cookie that another site's page rides on is told apart. */
  private refuseCrossSite(request: FastifyRequest): void {
    const { origin, host } = request.headers;
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method) || !origin) return;
    const isOurs =
      origin === new URL(this.config.PUBLIC_URL).origin || (URL.canParse(origin) && new URL(origin).host === host);
    if (!isOurs) throw crossSiteRequest();
  }
}
