import { Body, Controller, Get, Inject, Ip, Post, Put, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, type Principal, Public, Requires } from '../../platform/access/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Answers } from '../../platform/http/answers.js';
import { notAuthenticated, secondFactorRequired } from './auth.errors.js';
import {
  type ChooseOrganization,
  chooseOrganizationSchema,
  type Login,
  loginSchema,
  type Me,
  meSchema,
  type Signup,
  signupSchema,
} from './auth.schema.js';
import { AuthService, type SignedIn } from './auth.service.js';
import { unknownDevice } from './device-token.js';
import { LiveSessions } from './live-sessions.service.js';
import { toMe } from './me.js';
import { type UseCode, useCodeSchema } from './second-factors.schema.js';
import {
  clearLoginCookie,
  clearSessionCookie,
  readDeviceCookie,
  readLoginCookie,
  readSessionCookie,
  setDeviceCookie,
  setLoginCookie,
  setSessionCookie,
} from './session-cookie.js';

@ApiTags('auth')
@Controller('v1')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: LiveSessions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @ApiOperation({
    summary: 'Makes an account and its organization, to which one then logs in',
    description:
      'An address that has an account is answered the same and told by mail. Whoever signs up agrees to the terms and has read the privacy text of the day; see GET /v1/legal-documents/terms.',
  })
  @Post('auth/signup')
  @Public()
  @Answers(202, 'Signed up, unless there was such an account: log in', z.object({ status: z.literal('accepted') }))
  async signup(
    @Body({ schema: signupSchema }) body: Signup,
    @Ip() address: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const deviceToken = readDeviceCookie(request, this.config);
    await this.auth.signup(body, address, deviceToken);
    if (!deviceToken) setDeviceCookie(reply, this.config, unknownDevice());
    return { status: 'accepted' };
  }

  @ApiOperation({
    summary: 'Logs in',
    description:
      'Answers with a session cookie for the browser. Too many wrong passwords are answered with 429 for a while. Where the account has a second factor, the answer is 401 `second_factor_required` with its `methods`, and a cookie for the second half.',
  })
  @Post('auth/login')
  @Public()
  @Answers(200, 'Logged in; the session is in the cookie', meSchema)
  async login(
    @Body({ schema: loginSchema }) body: Login,
    @Ip() address: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Me> {
    const signedIn = await this.auth.login(body, address, readDeviceCookie(request, this.config));
    if ('token' in signedIn) return this.enter(reply, signedIn);
    setLoginCookie(reply, this.config, signedIn.pendingToken);
    throw secondFactorRequired(signedIn.methods);
  }

  @ApiOperation({
    summary: 'Completes a login by a code of the second factor',
    description:
      'After `POST /v1/auth/login` answered 401 `second_factor_required`, within five minutes, by the cookie that it left. Each code is good once; too many wrong ones are answered with 429 for a while.',
  })
  @Post('auth/login/second-factor')
  @Public()
  @Answers(200, 'Logged in; the session is in the cookie', meSchema)
  async completeLogin(
    @Body({ schema: useCodeSchema }) { code }: UseCode,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Me> {
    const pendingToken = readLoginCookie(request, this.config) ?? '';
    const signedIn = await this.auth.completeLogin(pendingToken, code, readDeviceCookie(request, this.config));
    return this.enter(reply, signedIn);
  }

  @ApiOperation({
    summary: 'Ends the session',
    description: 'Ends the session that the cookie names; API keys go on working.',
  })
  @Post('auth/logout')
  @Public()
  @Answers(204, 'Signed out')
  async logout(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const token = readSessionCookie(request, this.config);
    if (token) await this.sessions.end(token);
    clearSessionCookie(reply, this.config);
  }

  @ApiOperation({
    summary: 'Who is logged in, where, and what they may do',
    description: 'The person, their organization, their role and the permissions that it gives.',
  })
  @Get('me')
  @Requires('me:read')
  @Answers(200, 'The person who is logged in', meSchema)
  me(@CurrentPrincipal() principal: Principal): Me {
    // No key may hold me:read, which the type cannot say.
    if (principal.kind !== 'user') throw notAuthenticated();
    return toMe(principal);
  }

  @ApiOperation({
    summary: 'Chooses in which of your organizations the session acts from now on',
    description:
      'A single call acts in another one by the header `Kindred-Organization`. What the session follows, such as the events of a training job, ends.',
  })
  @Put('me/organization')
  @Requires('me:write')
  @Answers(200, 'You, where you act now', meSchema)
  async chooseOrganization(
    @Body({ schema: chooseOrganizationSchema }) { organizationId }: ChooseOrganization,
    @Req() request: FastifyRequest,
  ): Promise<Me> {
    const token = readSessionCookie(request, this.config);
    if (!token) throw notAuthenticated();
    return toMe(await this.sessions.chooseOrganization(token, organizationId));
  }

  private async enter(reply: FastifyReply, { token, deviceToken }: SignedIn): Promise<Me> {
    setSessionCookie(reply, this.config, token);
    setDeviceCookie(reply, this.config, deviceToken);
    clearLoginCookie(reply, this.config);
    const principal = await this.sessions.findPrincipal(token);
    if (!principal) throw notAuthenticated();
    return toMe(principal);
  }
}
