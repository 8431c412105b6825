import { Body, Controller, Delete, Get, Inject, Ip, Patch, Post, Put, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  CurrentPrincipal,
  type Principal,
  Public,
  Requires,
  type UserPrincipal,
} from '../../platform/access/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Answers } from '../../platform/http/answers.js';
import { AccountExport } from './account-export.js';
import { AccountService } from './account.service.js';
import { notAuthenticated } from './auth.errors.js';
import {
  accountDataSchema,
  type ChangeEmail,
  changeEmailSchema,
  type ChangePassword,
  changePasswordSchema,
  type Me,
  meSchema,
  type RequestPasswordReset,
  requestPasswordResetSchema,
  type ResetPassword,
  resetPasswordSchema,
  type UpdateMe,
  updateMeSchema,
  type UseLink,
  useLinkSchema,
} from './auth.schema.js';
import { toMe } from './me.js';
import { clearSessionCookie } from './session-cookie.js';

const acceptedSchema = z.object({ status: z.literal('accepted') });
const ACCEPTED = { status: 'accepted' };

@ApiTags('account')
@Controller('v1')
export class AccountController {
  constructor(
    private readonly account: AccountService,
    private readonly accountExport: AccountExport,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @ApiOperation({
    summary: 'Changes your settings',
    description: 'The language of the mails that you are sent.',
  })
  @Patch('me')
  @Requires('me:read')
  @Answers(200, 'The person who is logged in', meSchema)
  async update(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: updateMeSchema }) body: UpdateMe,
  ): Promise<Me> {
    const person = toUser(principal);
    await this.account.update(person, body);
    return toMe({ ...person, ...body });
  }

  @ApiOperation({
    summary: 'Exports all that is kept about you, as JSON',
    description:
      'Profile, memberships, sessions, consents, sign-ups, messages, mails, and what you did by the audit logs. What an organization has is in its own export.',
  })
  @Get('me/export')
  @Requires('me:read')
  @Answers(200, 'Everything about you', accountDataSchema)
  exportAccount(@CurrentPrincipal() principal: Principal) {
    return this.accountExport.read(toUser(principal));
  }

  @ApiOperation({
    summary: 'Deletes your account, unless an organization would be left without an owner',
    description: 'Asks for a recent login. Delete the organization, or make somebody else its owner, first.',
  })
  @Delete('me')
  @Requires('me:read', { isRecent: true })
  @Answers(204, 'Deleted; you are signed out everywhere')
  async delete(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.account.delete(toUser(principal));
    clearSessionCookie(reply, this.config);
  }

  @ApiOperation({
    summary: 'Changes your password',
    description: 'Asks for a recent login, and ends every other session of your account.',
  })
  @Put('me/password')
  @Requires('me:read', { isRecent: true })
  @Answers(204, 'Changed')
  changePassword(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: changePasswordSchema }) body: ChangePassword,
  ): Promise<void> {
    return this.account.changePassword(toUser(principal), body);
  }

  @ApiOperation({
    summary: 'Sends the link again that verifies your email address',
    description: 'Three in an hour. To an address that is verified nothing is sent.',
  })
  @Post('me/verifications')
  @Requires('me:read')
  @Answers(202, 'On its way', acceptedSchema)
  async requestVerification(@CurrentPrincipal() principal: Principal, @Ip() address: string) {
    await this.account.requestVerification(toUser(principal), address);
    return ACCEPTED;
  }

  @ApiOperation({
    summary: 'Asks to use another email address',
    description:
      'Asks for a recent login. The new address is sent a link, by which it takes effect; the old one is told.',
  })
  @Post('me/email-changes')
  @Requires('me:read', { isRecent: true })
  @Answers(202, 'The link is on its way to the new address', acceptedSchema)
  async requestEmailChange(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: changeEmailSchema }) body: ChangeEmail,
    @Ip() address: string,
  ) {
    await this.account.requestEmailChange(toUser(principal), body, address);
    return ACCEPTED;
  }

  @ApiOperation({
    summary: 'Verifies an email address by the link that it was sent',
    description: 'The token is what the address in the mail ends with; it opens once.',
  })
  @Post('auth/verifications')
  @Public()
  @Answers(204, 'Verified')
  verify(@Body({ schema: useLinkSchema }) body: UseLink): Promise<void> {
    return this.account.verify(body);
  }

  @ApiOperation({
    summary: 'Changes an email address by the link that the new one was sent',
    description: 'The token is what the address in the mail ends with; it opens once.',
  })
  @Post('auth/email-changes')
  @Public()
  @Answers(204, 'Changed')
  changeEmail(@Body({ schema: useLinkSchema }) body: UseLink): Promise<void> {
    return this.account.changeEmail(body);
  }

  @ApiOperation({
    summary: 'Sends a link by which a new password can be chosen',
    description: 'An address that has no account is answered the same, in the same time.',
  })
  @Post('auth/password-resets')
  @Public()
  @Answers(202, 'The link is on its way, if there is such an account', acceptedSchema)
  async requestPasswordReset(
    @Body({ schema: requestPasswordResetSchema }) body: RequestPasswordReset,
    @Ip() address: string,
  ) {
    await this.account.requestPasswordReset(body, address);
    return ACCEPTED;
  }

  @ApiOperation({
    summary: 'Chooses a new password by the link of a mail',
    description:
      'The token is what the address in the mail ends with; it opens once. Every session of the account ends, and its address counts as verified.',
  })
  @Put('auth/password')
  @Public()
  @Answers(204, 'Chosen: log in with it')
  resetPassword(@Body({ schema: resetPasswordSchema }) body: ResetPassword): Promise<void> {
    return this.account.resetPassword(body);
  }
}

/** No key may hold me:read, which the type cannot say. */
function toUser(principal: Principal): UserPrincipal {
  if (principal.kind !== 'user') throw notAuthenticated();
  return principal;
}
