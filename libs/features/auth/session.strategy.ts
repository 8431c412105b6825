import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-custom';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { LiveSessions } from './live-sessions.service.js';
import { organizationOf } from './organization-header.js';
import { readSessionCookie } from './session-cookie.js';

@Injectable()
export class SessionStrategy extends PassportStrategy(Strategy, 'session') {
  constructor(
    private readonly sessions: LiveSessions,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    super();
  }

  async validate(request: FastifyRequest): Promise<UserPrincipal | false> {
    // Whoever sends a key wants to be that key, also where it is wrong.
    if (request.headers.authorization) return false;
    const token = readSessionCookie(request, this.config);
    return (token && (await this.sessions.findPrincipal(token, organizationOf(request)))) || false;
  }
}
