import { Body, Controller, Delete, Get, Inject, Ip, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
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
import { notAuthenticated } from './auth.errors.js';
import {
  type DeleteAccount,
  deleteAccountSchema,
  type Login,
  loginSchema,
  type Me,
  meSchema,
  type Signup,
  signupSchema,
} from './auth.schema.js';
import { AuthService } from './auth.service.js';
import {
  clearSessionCookie,
  readDeviceCookie,
  readSessionCookie,
  setDeviceCookie,
  setSessionCookie,
} from './session-cookie.js';

@ApiTags('auth')
@Controller('v1')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @ApiOperation({
    summary: 'Makes an account and its organization, to which one then logs in',
    description: 'An address that has an account is answered the same and told by mail.',
  })
  @Post('auth/signup')
  @Public()
  @Answers(202, 'Signed up, unless there was such an account: log in', z.object({ status: z.literal('accepted') }))
  async signup(@Body({ schema: signupSchema }) body: Signup, @Ip() address: string) {
    await this.auth.signup(body, address);
    return { status: 'accepted' };
  }

  @ApiOperation({ summary: 'Signs in' })
  @Post('auth/login')
  @Public()
  @Answers(200, 'Signed in; the session is in the cookie', meSchema)
  async login(
    @Body({ schema: loginSchema }) body: Login,
    @Ip() address: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Me> {
    const { token, deviceToken } = await this.auth.login(body, address, readDeviceCookie(request, this.config));
    setSessionCookie(reply, this.config, token);
    setDeviceCookie(reply, this.config, deviceToken);
    const principal = await this.auth.findPrincipal(token);
    if (!principal) throw notAuthenticated();
    return toMe(principal);
  }

  @ApiOperation({ summary: 'Ends the session' })
  @Post('auth/logout')
  @Public()
  @Answers(204, 'Signed out')
  async logout(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const token = readSessionCookie(request, this.config);
    if (token) await this.auth.logout(token);
    clearSessionCookie(reply, this.config);
  }

  @ApiOperation({ summary: 'Deletes your account, unless an organization would be left without an owner' })
  @Delete('me')
  @Requires('me:read')
  @Answers(204, 'Deleted; you are signed out everywhere')
  async deleteAccount(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: deleteAccountSchema }) body: DeleteAccount,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    if (principal.kind !== 'user') throw notAuthenticated();
    await this.auth.deleteAccount(principal, body, address);
    clearSessionCookie(reply, this.config);
  }

  @ApiOperation({ summary: 'Who is signed in, where, and what they may do' })
  @Get('me')
  @Requires('me:read')
  @Answers(200, 'The signed-in person', meSchema)
  me(@CurrentPrincipal() principal: Principal): Me {
    // No key may hold me:read, which the type cannot say.
    if (principal.kind !== 'user') throw notAuthenticated();
    return toMe(principal);
  }
}

function toMe({ userId, email, tenantId, organizationName, role, permissions }: UserPrincipal): Me {
  return {
    user: { id: userId, email },
    organization: { id: tenantId, name: organizationName },
    role,
    permissions: [...permissions],
  };
}
