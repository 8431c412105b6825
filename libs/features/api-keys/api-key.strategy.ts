import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-custom';
import type { ApiKeyPrincipal } from '../../platform/access/principal.js';
import { ApiKeysService } from './api-keys.service.js';

/** `Authorization: Bearer kin_live_…`, `kin_test_…`, or `kin_pub_…` on a page that the key is for */
@Injectable()
export class ApiKeyStrategy extends PassportStrategy(Strategy, 'api-key') {
  /** A call's key is asked for by whoever needs to know it, and looked up once. */
  private readonly asked = new WeakMap<FastifyRequest, Promise<ApiKeyPrincipal | false>>();

  constructor(private readonly apiKeys: ApiKeysService) {
    super();
  }

  validate(request: FastifyRequest): Promise<ApiKeyPrincipal | false> {
    let answer = this.asked.get(request);
    if (!answer) this.asked.set(request, (answer = this.find(request)));
    return answer;
  }

  private async find(request: FastifyRequest): Promise<ApiKeyPrincipal | false> {
    const key = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    return (key && (await this.apiKeys.verify(key, request.ip, request.headers.origin))) || false;
  }
}
