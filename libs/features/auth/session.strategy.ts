import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-custom';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { AuthService } from './auth.service.js';
import { permissionsOf } from '../../platform/access/permissions.js';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { readSessionCookie } from './session-cookie.js';

@Injectable()
export class SessionStrategy extends PassportStrategy(Strategy, 'session') {
  constructor(
    private readonly auth: AuthService,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    super();
  }

  async validate(request: FastifyRequest): Promise<UserPrincipal | false> {
    // Whoever sends a key wants to be that key, also where it is wrong.
    if (request.headers.authorization) return false;
    const token = readSessionCookie(request, this.config);
    const session = token ? await this.auth.findSession(token) : null;
    if (!session) return false;
    const { userId, email, tenantId, role, isOperator } = session;
    return { kind: 'user', userId, email, tenantId, role, permissions: permissionsOf(role, isOperator) };
  }
}
