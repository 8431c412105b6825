import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { createdUserTokenSecretSchema, userTokenSecretsSchema } from './user-token-secrets.schema.js';
import { UserTokenSecretsService } from './user-token-secrets.service.js';

@ApiTags('API keys')
@Controller('v1/projects/:projectId/user-token-secrets')
export class UserTokenSecretsController {
  constructor(private readonly secrets: UserTokenSecretsService) {}

  @ApiOperation({
    summary: 'Lists the secrets with which your server signs who uses your pages',
    description: 'Without the secrets themselves: the prefix tells them apart. Oldest first.',
  })
  @Get()
  @Requires('project:read')
  @Answers(200, 'The secrets', userTokenSecretsSchema)
  list(@CurrentPrincipal() { tenantId }: Principal, @Param('projectId') projectId: string) {
    return this.secrets.list(tenantId, projectId);
  }

  @ApiOperation({
    summary: 'Creates a secret with which your server signs who uses your pages',
    description:
      'The answer holds the secret itself, which is shown this once. Two may be there at a time, so that one can take the other’s place.',
  })
  @Post()
  @Requires('api-keys:write', { isRecent: true })
  @Answers(201, 'The secret, shown this once', createdUserTokenSecretSchema)
  create(@CurrentPrincipal() { tenantId }: Principal, @Param('projectId') projectId: string) {
    return this.secrets.create(tenantId, projectId);
  }

  @ApiOperation({
    summary: 'Revokes a secret: within a second what it signed is refused',
    description:
      'For good. Sign with the other secret first: pages whose token is refused ask your server for another.',
  })
  @Delete(':userTokenSecretId')
  @Requires('api-keys:write')
  @Answers(204, 'Revoked')
  async revoke(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('userTokenSecretId') userTokenSecretId: string,
  ): Promise<void> {
    await this.secrets.revoke(tenantId, projectId, userTokenSecretId);
  }
}
