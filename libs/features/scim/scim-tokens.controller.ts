import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import {
  type CreateScimToken,
  createdScimTokenSchema,
  createScimTokenSchema,
  scimSchema,
} from './scim-tokens.schema.js';
import { ScimTokensService } from './scim-tokens.service.js';

@ApiTags('single sign-on')
@Controller('v1/organization/scim-tokens')
export class ScimTokensController {
  constructor(private readonly tokens: ScimTokensService) {}

  @ApiOperation({
    summary: 'Lists the tokens with which your directory calls by SCIM 2.0',
    description: 'With the base address that the directory is to be told. The prefix tells the tokens apart.',
  })
  @Get()
  @Requires('organization:write')
  @Answers(200, 'The base address and the tokens', scimSchema)
  list(@CurrentPrincipal() { tenantId }: Principal) {
    return this.tokens.list(tenantId);
  }

  @ApiOperation({
    summary: 'Creates a token for your directory, such as Okta or Microsoft Entra ID',
    description:
      'The answer holds the token itself, which is shown this once. Two may be there at a time, so that one can take the other’s place.',
  })
  @Post()
  @Requires('organization:write', { isRecent: true })
  @Answers(201, 'The token, shown this once', createdScimTokenSchema)
  create(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: createScimTokenSchema }) body: CreateScimToken) {
    return this.tokens.create(tenantId, body);
  }

  @ApiOperation({
    summary: 'Revokes a token: the next call with it is refused',
    description: 'For good. Members stay as they are; their directory keeps nobody in step until it has another token.',
  })
  @Delete(':scimTokenId')
  @Requires('organization:write')
  @Answers(204, 'Revoked')
  async revoke(@CurrentPrincipal() { tenantId }: Principal, @Param('scimTokenId') scimTokenId: string): Promise<void> {
    await this.tokens.revoke(tenantId, scimTokenId);
  }
}
