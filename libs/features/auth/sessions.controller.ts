import { Controller, Delete, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { sessionsSchema } from './sessions.schema.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('account')
@Controller('v1')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @ApiOperation({
    summary: 'Lists where you are logged in',
    description:
      'The last used first. A session ends 30 days after it began, or 14 days after it was last used. No API key can ask.',
  })
  @Get('me/sessions')
  @Requires('me:read')
  @Answers(200, 'Your sessions', sessionsSchema)
  async list(@CurrentPrincipal() person: UserPrincipal) {
    return { data: await this.sessions.list(person) };
  }

  @ApiOperation({
    summary: 'Ends one of your sessions',
    description: 'With what it follows, such as the events of a training job. It may be the one that asks.',
  })
  @Delete('me/sessions/:sessionId')
  @Requires('me:read')
  @Answers(204, 'Ended')
  end(@CurrentPrincipal() person: UserPrincipal, @Param('sessionId') sessionId: string): Promise<void> {
    return this.sessions.end(person, sessionId);
  }

  @ApiOperation({
    summary: 'Logs you out everywhere else',
    description: 'Ends every session but the one that asks, with what they follow.',
  })
  @Delete('me/sessions')
  @Requires('me:read')
  @Answers(204, 'Ended')
  endOthers(@CurrentPrincipal() person: UserPrincipal): Promise<void> {
    return this.sessions.endOthers(person);
  }
}
