import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { projectTrafficSchema, type TrafficQuery, trafficQuerySchema, trafficSchema } from './traffic.schema.js';
import { TrafficService } from './traffic.service.js';

@ApiTags('deployments')
@Controller('v1/projects/:projectId')
export class TrafficController {
  constructor(private readonly traffic: TrafficService) {}

  @ApiOperation({
    summary: "Shows a deployment's calls with API keys over at most 30 days: how many, how answered, how fast",
    description:
      'Counted from the request log: calls by class of status, and latency percentiles of those that were answered.',
  })
  @Get('deployments/:deploymentId/traffic')
  @Requires('project:read')
  @Answers(200, 'In total and by time; a call is counted within some two seconds', trafficSchema)
  get(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('deploymentId') deploymentId: string,
    @Query({ schema: trafficQuerySchema }) query: TrafficQuery,
  ) {
    return this.traffic.get(tenantId, projectId, deploymentId, query);
  }

  @ApiOperation({
    summary: "Shows the calls of all of a project's deployments over at most 30 days",
    description: 'As of one deployment; besides, in total for each of them. Those of deleted deployments are left out.',
  })
  @Get('traffic')
  @Requires('project:read')
  @Answers(200, 'In total, by time and by deployment; a call is counted within some two seconds', projectTrafficSchema)
  getOfProject(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Query({ schema: trafficQuerySchema }) query: TrafficQuery,
  ) {
    return this.traffic.getOfProject(tenantId, projectId, query);
  }
}
