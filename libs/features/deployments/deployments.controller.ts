import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import {
  type CreateDeployment,
  createDeploymentSchema,
  deploymentSchema,
  type UpdateDeployment,
  updateDeploymentSchema,
} from './deployments.schema.js';
import { DeploymentsService } from './deployments.service.js';

@ApiTags('deployments')
@Controller('v1/projects/:projectId/deployments')
export class DeploymentsController {
  constructor(private readonly deployments: DeploymentsService) {}

  @ApiOperation({ summary: 'Creates a deployment: an address that answers with a model version' })
  @Post()
  @Requires('project:write')
  @Answers(201, 'The new deployment', deploymentSchema)
  create(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Body({ schema: createDeploymentSchema }) body: CreateDeployment,
  ) {
    return this.deployments.create(tenantId, projectId, body);
  }

  @ApiOperation({ summary: "Lists the project's deployments" })
  @Get()
  @Requires('project:read')
  @Answers(200, 'A page of deployments, newest first', pageSchema(deploymentSchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.deployments.list(tenantId, projectId, query);
  }

  @ApiOperation({ summary: 'Shows a deployment' })
  @Get(':deploymentId')
  @Requires('project:read')
  @Answers(200, 'The deployment', deploymentSchema)
  get(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('deploymentId') deploymentId: string,
  ) {
    return this.deployments.get(tenantId, projectId, deploymentId);
  }

  @ApiOperation({ summary: 'Switches the version that answers, forward or back, or renames the deployment' })
  @Patch(':deploymentId')
  @Requires('project:write')
  @Answers(200, 'The deployment; every node answers with the new version within 2 seconds', deploymentSchema)
  update(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('deploymentId') deploymentId: string,
    @Body({ schema: updateDeploymentSchema }) body: UpdateDeployment,
  ) {
    return this.deployments.update(tenantId, projectId, deploymentId, body);
  }

  @ApiOperation({ summary: 'Deletes a deployment: its address answers 404 on every node within 2 seconds' })
  @Delete(':deploymentId')
  @Requires('project:write')
  @Answers(204, 'Deleted')
  async delete(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('deploymentId') deploymentId: string,
  ) {
    await this.deployments.delete(tenantId, projectId, deploymentId);
  }
}
