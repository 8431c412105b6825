import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  type CreateDeployment,
  createDeploymentSchema,
  deploymentSchema,
  listDeploymentsQuerySchema,
  type ListDeploymentsQuery,
  listedDeploymentSchema,
  type UpdateDeployment,
  updateDeploymentSchema,
} from './deployments.schema.js';
import { DeploymentsService } from './deployments.service.js';

@ApiTags('deployments')
@Controller('v1/projects/:projectId/deployments')
export class DeploymentsController {
  constructor(private readonly deployments: DeploymentsService) {}

  @ApiOperation({
    summary: 'Creates a deployment: an address that answers with a model version',
    description: 'Calls are answered with the version that you name, until you switch it. The task stays what it is.',
  })
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

  @ApiOperation({
    summary: "Lists the project's deployments",
    description: 'Each with the version that answers now, newest first unless you ask otherwise.',
  })
  @Get()
  @Requires('project:read')
  @Answers(200, 'A page of deployments', pageSchema(listedDeploymentSchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Query({ schema: listDeploymentsQuerySchema }) query: ListDeploymentsQuery,
  ) {
    return this.deployments.list(tenantId, projectId, query);
  }

  @ApiOperation({ summary: 'Shows a deployment', description: 'Its task, and the version that answers now.' })
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

  @ApiOperation({
    summary: 'Switches the version that answers, forward or back, or renames the deployment',
    description:
      'Calls get the new version within seconds, and none fails meanwhile. The version must be of the same task.',
  })
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

  @ApiOperation({
    summary: 'Deletes a deployment: its address answers 404 on every node within 2 seconds',
    description: 'Calls that are under way are still answered.',
  })
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
