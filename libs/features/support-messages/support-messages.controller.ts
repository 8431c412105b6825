import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  type ListSupportMessagesQuery,
  listSupportMessagesQuerySchema,
  type MarkSupportMessage,
  markSupportMessageSchema,
  type SendSupportMessage,
  sendSupportMessageSchema,
  sentSupportMessageSchema,
  supportMessageSchema,
} from './support-messages.schema.js';
import { SupportMessagesService } from './support-messages.service.js';

@Controller('v1')
export class SupportMessagesController {
  constructor(private readonly messages: SupportMessagesService) {}

  @ApiTags('support messages')
  @ApiOperation({
    summary: 'Sends a message to whoever runs this installation',
    description:
      'A wish, a complaint or a question, with the page that it is about. An organization may send some an hour.',
  })
  @Post('support-messages')
  // Every member has it, and no key can.
  @Requires('organization:read')
  @Answers(201, 'It was taken', sentSupportMessageSchema)
  send(
    @CurrentPrincipal() person: UserPrincipal,
    @Body({ schema: sendSupportMessageSchema }) body: SendSupportMessage,
  ) {
    return this.messages.send(person, body);
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Lists what customers wrote, newest first, with what each pays',
    description: 'Open ones, unless `state` says otherwise.',
  })
  @Get('admin/support-messages')
  @Requires('operator')
  @Answers(200, 'A page of messages', pageSchema(supportMessageSchema))
  list(@Query({ schema: listSupportMessagesQuerySchema }) query: ListSupportMessagesQuery) {
    return this.messages.list(query);
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Marks a message as done, or as open again',
    description: 'Done ones leave the list of open ones; nothing is sent to the customer.',
  })
  @Patch('admin/support-messages/:messageId')
  @Requires('operator')
  @Answers(200, 'The message', supportMessageSchema)
  mark(
    @Param('messageId') messageId: string,
    @Body({ schema: markSupportMessageSchema }) { isDone }: MarkSupportMessage,
  ) {
    return this.messages.mark(messageId, isDone);
  }
}
