import { Body, Controller, Param, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, OpenToPages, type Principal, Requires } from '../../platform/access/principal.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Answers } from '../../platform/http/answers.js';
import { IdempotencyKey } from '../serving/index.js';
import {
  type SendInteractions,
  sendInteractionsSchema,
  type SentInteractions,
  sentInteractionsSchema,
} from './interactions.schema.js';
import { InteractionsService } from './interactions.service.js';
import { findPersons, ofPage } from './page-events.js';

@ApiTags('interactions')
@Controller('v1/projects/:projectId')
export class InteractionsController {
  constructor(private readonly interactions: InteractionsService) {}

  @ApiOperation({
    summary: 'Takes what users did, as it happens: up to 1,000 events a call',
    description:
      'An event that is accepted is on disk when the answer comes, and the next training learns from it. Wrong ones are told by their place and refuse no other. Each accepted one counts one `interactions_ingested`; with a test key they are checked and not kept, for one `test_requests`.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'UUIDv7 of the call: a retry that sends it again within a day changes nothing, and gets the same answer',
  })
  @Post('interactions')
  @RouteConfig({ bodyBytes: BOUNDS.longCallBytes.most })
  @Requires('events:write')
  @OpenToPages(findPersons)
  @Answers(202, 'What became of each event', sentInteractionsSchema)
  send(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId') projectId: string,
    @Body({ schema: sendInteractionsSchema }) body: SendInteractions,
    @IdempotencyKey() idempotencyKey?: string,
  ): Promise<SentInteractions> {
    const isPage = principal.kind === 'apiKey' && principal.isPublishable;
    return this.interactions.send(principal, projectId, isPage ? ofPage(body) : body, idempotencyKey);
  }
}
