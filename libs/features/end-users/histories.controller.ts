import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import {
  type HistoryQuery,
  historyQuerySchema,
  historySchema,
  type KnownUsersQuery,
  knownUsersQuerySchema,
  knownUsersSchema,
} from './histories.schema.js';
import { HistoriesService } from './histories.service.js';

@ApiTags('end users')
@Controller('v1/projects/:projectId/data-sets/:dataSetId/users')
export class HistoriesController {
  constructor(private readonly histories: HistoriesService) {}

  @ApiOperation({
    summary: 'Lists some of the end users whose doings a data set tells, to try a model with',
    description: 'Busiest, newest or some at random.',
  })
  @Get()
  @Requires('end-users:read')
  @Answers(200, 'Users; none while the data set has no rows', knownUsersSchema)
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Query({ schema: knownUsersQuerySchema }) query: KnownUsersQuery,
  ) {
    return this.histories.list(tenantId, projectId, dataSetId, query);
  }

  @ApiOperation({
    summary: 'Shows what one end user did last',
    description: 'Latest first. With `describedBy`, the attributes of each item stand next to its row.',
  })
  @Get(':userId')
  @Requires('end-users:read')
  @Answers(200, 'The latest rows', historySchema)
  get(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('userId') userId: string,
    @Query({ schema: historyQuerySchema }) query: HistoryQuery,
  ) {
    return this.histories.get(tenantId, projectId, dataSetId, userId, query);
  }
}
