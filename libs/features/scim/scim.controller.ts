import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal, Public, type ScimPrincipal } from '../../platform/access/principal.js';
import { notFound } from '../../platform/errors/problem.js';
import { listOf, RESOURCE_TYPES, SCHEMAS, SERVICE_PROVIDER_CONFIG } from './scim-discovery.js';
import { ScimGuard } from './scim.guard.js';
import {
  type ListUsersQuery,
  listUsersQuerySchema,
  type ScimBody,
  type ScimPatch,
  scimPatchSchema,
  scimUserSchema,
  type Shown,
  shownSchema,
} from './scim.schema.js';
import { ScimService } from './scim.service.js';

const ScimJson = () => Header('content-type', 'application/scim+json; charset=utf-8');

/**
 * SCIM 2.0 (RFC 7643, 7644), by which an organization's directory keeps its people in step. Directories know it without our reference,
 * so openapi.json leaves it out.
 */
@ApiExcludeController()
@Controller('scim/v2')
@Public()
@UseGuards(ScimGuard)
export class ScimController {
  constructor(private readonly users: ScimService) {}

  @Get('ServiceProviderConfig')
  @ScimJson()
  config() {
    return SERVICE_PROVIDER_CONFIG;
  }

  @Get('ResourceTypes')
  @ScimJson()
  resourceTypes() {
    return listOf(RESOURCE_TYPES);
  }

  @Get('ResourceTypes/:id')
  @ScimJson()
  resourceType(@Param('id') id: string) {
    return byId(RESOURCE_TYPES, 'resource type', id);
  }

  @Get('Schemas')
  @ScimJson()
  schemas() {
    return listOf(SCHEMAS);
  }

  @Get('Schemas/:id')
  @ScimJson()
  schema(@Param('id') id: string) {
    return byId(SCHEMAS, 'schema', id);
  }

  /** Roles are given one by one, so that there are none. */
  @Get('Groups')
  @ScimJson()
  groups() {
    return listOf([]);
  }

  @Get('Users')
  @ScimJson()
  list(@CurrentPrincipal() caller: ScimPrincipal, @Query({ schema: listUsersQuerySchema }) query: ListUsersQuery) {
    return this.users.list(caller, query);
  }

  @Post('Users')
  @HttpCode(201)
  @ScimJson()
  async create(
    @CurrentPrincipal() caller: ScimPrincipal,
    @Body({ schema: scimUserSchema }) body: ScimBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const user = await this.users.create(caller, body);
    void reply.header('location', (user['meta'] as { location: string }).location);
    return user;
  }

  @Get('Users/:id')
  @ScimJson()
  get(
    @CurrentPrincipal() caller: ScimPrincipal,
    @Param('id') id: string,
    @Query({ schema: shownSchema }) shown: Shown,
  ) {
    return this.users.get(caller, id, shown);
  }

  @Put('Users/:id')
  @ScimJson()
  replace(
    @CurrentPrincipal() caller: ScimPrincipal,
    @Param('id') id: string,
    @Body({ schema: scimUserSchema }) body: ScimBody,
  ) {
    return this.users.replace(caller, id, body);
  }

  @Patch('Users/:id')
  @ScimJson()
  patch(
    @CurrentPrincipal() caller: ScimPrincipal,
    @Param('id') id: string,
    @Body({ schema: scimPatchSchema }) body: ScimPatch,
  ) {
    return this.users.patch(caller, id, body);
  }

  @Delete('Users/:id')
  @HttpCode(204)
  async delete(@CurrentPrincipal() caller: ScimPrincipal, @Param('id') id: string): Promise<void> {
    await this.users.delete(caller, id);
  }
}

function byId<T extends { id: string }>(resources: T[], noun: string, id: string): T {
  const found = resources.find((resource) => resource.id === id);
  if (!found) throw notFound(noun, id);
  return found;
}
