import { Controller, Delete, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import { endUserSchema, erasureSchema } from './end-users.schema.js';
import { EndUsersService } from './end-users.service.js';

@ApiTags('end users')
@Controller('v1/projects/:projectId')
export class EndUsersController {
  constructor(private readonly endUsers: EndUsersService) {}

  @ApiOperation({
    summary: 'Exports the data of one end user in a project',
    description: 'What each data set holds of one person, for example to answer their request for access.',
  })
  @Get('users/:userId')
  @Requires('project:write')
  @Answers(200, 'Their rows in each data set', endUserSchema)
  async export(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('userId') userId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    void reply.header('content-disposition', 'attachment; filename="person.json"');
    return this.endUsers.export(tenantId, projectId, userId);
  }

  @ApiOperation({
    summary: 'Erases one person from a project: from data sets and earlier imports, models, checkpoints and logs',
    description:
      'Every answer leaves them out within 2 seconds; within a day nothing of them is left but this receipt, which does not name them. Rows of a file that was sent before are left out too.',
  })
  @Delete('users/:userId')
  @Requires('project:write')
  @Answers(202, 'The receipt, which fills as it is done', erasureSchema)
  erase(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('userId') userId: string,
  ) {
    return this.endUsers.erase(tenantId, projectId, userId);
  }

  @ApiOperation({
    summary: 'Lists the receipts of erased end users',
    description: 'Newest first. A receipt does not say whom it was about.',
  })
  @Get('erasures')
  @Requires('project:read')
  @Answers(200, 'A page of receipts, newest first', pageSchema(erasureSchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.endUsers.list(tenantId, projectId, query);
  }

  @ApiOperation({
    summary: 'Shows how far an erasure is',
    description: 'Ask again until the status is `completed`, within a day.',
  })
  @Get('erasures/:erasureId')
  @Requires('project:read')
  @Answers(200, 'The receipt', erasureSchema)
  get(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('erasureId') erasureId: string,
  ) {
    return this.endUsers.get(tenantId, projectId, erasureId);
  }
}
