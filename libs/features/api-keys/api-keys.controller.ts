import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  apiKeySchema,
  type CreateApiKey,
  createApiKeySchema,
  createdApiKeySchema,
  type ListApiKeysQuery,
  listApiKeysQuerySchema,
  type RotateApiKey,
  rotateApiKeySchema,
} from './api-keys.schema.js';
import { ApiKeysService } from './api-keys.service.js';

@ApiTags('API keys')
@Controller('v1/projects/:projectId/api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeysService) {}

  @ApiOperation({
    summary: 'Creates an API key',
    description:
      'The answer holds the key itself, which is shown this once. A key belongs to the project, and may be restricted by scope, deployment, address and time.',
  })
  @Post()
  @Requires('api-keys:write', { isRecent: true })
  @Answers(201, 'The key, shown this once', createdApiKeySchema)
  create(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Body({ schema: createApiKeySchema }) body: CreateApiKey,
  ) {
    return this.apiKeys.create(tenantId, projectId, body);
  }

  @ApiOperation({
    summary: "Lists the project's API keys",
    description: 'Without the keys themselves: the prefix tells them apart. Newest first unless you ask otherwise.',
  })
  @Get()
  @Requires('project:read')
  @Answers(200, 'A page of keys', pageSchema(apiKeySchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Query({ schema: listApiKeysQuerySchema }) query: ListApiKeysQuery,
  ) {
    return this.apiKeys.list(tenantId, projectId, query);
  }

  @ApiOperation({
    summary: 'Creates a key with the settings and limits of this one, which stops working after a grace period',
    description: 'Put the new key into your program within the grace period, in which both work.',
  })
  @Post(':apiKeyId/rotations')
  @Requires('api-keys:write', { isRecent: true })
  @Answers(201, 'The new key, shown this once', createdApiKeySchema)
  rotate(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('apiKeyId') apiKeyId: string,
    @Body({ schema: rotateApiKeySchema }) body: RotateApiKey,
  ) {
    return this.apiKeys.rotate(tenantId, projectId, apiKeyId, body);
  }

  @ApiOperation({
    summary: 'Revokes an API key: within a second no node accepts it',
    description: 'For good: a revoked key cannot be used again.',
  })
  @Delete(':apiKeyId')
  @Requires('api-keys:write')
  @Answers(204, 'Revoked')
  async revoke(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('apiKeyId') apiKeyId: string,
  ) {
    await this.apiKeys.revoke(tenantId, projectId, apiKeyId);
  }
}
