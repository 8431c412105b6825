import { Body, Controller, Delete, Get, Ip, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  CurrentPrincipal,
  type Principal,
  Public,
  Requires,
  type UserPrincipal,
} from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  invitationPreviewSchema,
  invitationSchema,
  type Invite,
  type InvitedSignup,
  invitedSignupSchema,
  inviteSchema,
  joinedSchema,
  type ListInvitationsQuery,
  listInvitationsQuerySchema,
  type Resend,
  resendSchema,
  type Token,
  tokenSchema,
} from './invitations.schema.js';
import { InvitationsService } from './invitations.service.js';

@ApiTags('members')
@Controller('v1')
export class InvitationsController {
  constructor(private readonly invitations: InvitationsService) {}

  @ApiOperation({
    summary: 'Lists whom the organization has invited',
    description: 'With what became of each; they are deleted 30 days after their link has expired.',
  })
  @Get('organization/invitations')
  @Requires('members:read')
  @Answers(200, 'A page of invitations', pageSchema(invitationSchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: listInvitationsQuerySchema }) query: ListInvitationsQuery,
  ) {
    return this.invitations.list(tenantId, query);
  }

  @ApiOperation({
    summary: 'Invites somebody by mail',
    description:
      'The link opens once, within seven days, for whoever has an account with that address or makes one by it. Only owners invite owners.',
  })
  @Post('organization/invitations')
  @Requires('members:write')
  @Answers(201, 'The invitation', invitationSchema)
  create(@CurrentPrincipal() caller: UserPrincipal, @Body({ schema: inviteSchema }) body: Invite) {
    return this.invitations.invite(caller, body);
  }

  @ApiOperation({
    summary: 'Sends an invitation again',
    description: 'With another link, for another seven days; the one before opens nothing any more.',
  })
  @Post('organization/invitations/:invitationId/resend')
  @Requires('members:write')
  @Answers(200, 'The invitation', invitationSchema)
  resend(
    @CurrentPrincipal() caller: UserPrincipal,
    @Param('invitationId') invitationId: string,
    @Body({ schema: resendSchema }) body: Resend,
  ) {
    return this.invitations.resend(caller, invitationId, body);
  }

  @ApiOperation({ summary: 'Revokes an invitation', description: 'Its link opens nothing any more, and says so.' })
  @Delete('organization/invitations/:invitationId')
  @Requires('members:write')
  @Answers(204, 'Revoked')
  async revoke(@CurrentPrincipal() caller: UserPrincipal, @Param('invitationId') invitationId: string): Promise<void> {
    await this.invitations.revoke(caller, invitationId);
  }

  @ApiOperation({
    summary: 'Shows what the link of an invitation is about',
    description: 'To whoever has the link; it is not used up.',
  })
  @Post('invitations/preview')
  @Public()
  @Answers(200, 'The invitation', invitationPreviewSchema)
  preview(@Body({ schema: tokenSchema }) body: Token, @Ip() address: string) {
    return this.invitations.preview(body, address);
  }

  @ApiOperation({
    summary: 'Accepts an invitation',
    description: 'As the person whose address was invited. Your session stays in the organization that it acts in.',
  })
  @Post('invitations/acceptance')
  @Requires('me:write')
  @Answers(200, 'The organization that you are a member of now', joinedSchema)
  accept(@CurrentPrincipal() caller: UserPrincipal, @Body({ schema: tokenSchema }) body: Token) {
    return this.invitations.accept(caller, body);
  }

  @ApiOperation({
    summary: 'Makes the account of an invited address and accepts the invitation',
    description: 'The link verifies the address. Then log in.',
  })
  @Post('invitations/signup')
  @Public()
  @Answers(201, 'The organization that the new account is a member of', joinedSchema)
  signUp(@Body({ schema: invitedSignupSchema }) body: InvitedSignup, @Ip() address: string) {
    return this.invitations.signUp(body, address);
  }
}
