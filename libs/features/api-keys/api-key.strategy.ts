import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-custom';
import type { ApiKeyPrincipal } from '../../platform/access/principal.js';
import { ApiKeysService } from './api-keys.service.js';

/** `Authorization: Bearer kin_live_…` */
@Injectable()
export class ApiKeyStrategy extends PassportStrategy(Strategy, 'api-key') {
  constructor(private readonly apiKeys: ApiKeysService) {
    super();
  }

  async validate(request: FastifyRequest): Promise<ApiKeyPrincipal | false> {
    const key = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    return (key && (await this.apiKeys.verify(key, request.ip))) || false;
  }
}
