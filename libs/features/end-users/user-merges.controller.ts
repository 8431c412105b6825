import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { mergedUserSchema, type MergeUser, mergeUserSchema } from './user-merges.schema.js';
import { UserMergesService } from './user-merges.service.js';

@ApiTags('end users')
@Controller('v1/projects/:projectId/users/:userId/merges')
export class UserMergesController {
  constructor(private readonly merges: UserMergesService) {}

  @ApiOperation({
    summary: 'Makes another user this one, such as a visitor who has logged in',
    description:
      'What either did and will do counts for this user, at the next training and for answers that take account of recent events. It cannot be undone; erasing either name erases both.',
  })
  @Post()
  @Requires('events:write')
  @Answers(200, 'The user, with all of their names', mergedUserSchema)
  merge(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('userId') userId: string,
    @Body({ schema: mergeUserSchema }) body: MergeUser,
  ) {
    return this.merges.merge(tenantId, projectId, userId, body);
  }
}
