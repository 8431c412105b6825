import { Body, Controller, Delete, Get, Inject, Ip, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPrincipal, Public, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Answers } from '../../platform/http/answers.js';
import { randomToken, sha256 } from '../../platform/secrets/secrets.js';
import { notAuthenticated } from './auth.errors.js';
import { type Me, meSchema } from './auth.schema.js';
import { AuthService } from './auth.service.js';
import { bytesOf, LiveSessions } from './live-sessions.service.js';
import { toMe } from './me.js';
import {
  type CreatePasskey,
  createdPasskeySchema,
  createPasskeySchema,
  type PasskeyLogin,
  passkeyLoginSchema,
  passkeyOptionsSchema,
  passkeysSchema,
} from './passkeys.schema.js';
import { Passkeys } from './passkeys.service.js';
import { SecondFactorsService } from './second-factors.service.js';
import {
  clearLoginCookie,
  readDeviceCookie,
  readLoginCookie,
  setDeviceCookie,
  setLoginCookie,
  setSessionCookie,
} from './session-cookie.js';
import { Throttle } from './throttle.js';

@ApiTags('account')
@Controller('v1')
export class PasskeysController {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly secondFactors: SecondFactorsService,
    private readonly auth: AuthService,
    private readonly sessions: LiveSessions,
    private readonly throttle: Throttle,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @ApiOperation({
    summary: 'Lists your passkeys',
    description: 'The newest first. A passkey logs you in by itself, and is a second factor next to the password.',
  })
  @Get('me/passkeys')
  @Requires('me:read')
  @Answers(200, 'Your passkeys', passkeysSchema)
  async list(@CurrentPrincipal() { userId }: UserPrincipal) {
    return { data: await this.secondFactors.listPasskeys(userId) };
  }

  @ApiOperation({
    summary: 'Starts to register a passkey',
    description: 'Give `options` to `navigator.credentials.create`, and send what it answers within five minutes.',
  })
  @Post('me/passkeys/options')
  @Requires('me:read', { isRecent: true })
  @Answers(201, 'What the browser is to be asked', passkeyOptionsSchema)
  async registrationOptions(@CurrentPrincipal() { userId, email, credential }: UserPrincipal) {
    const options = await this.passkeys.registrationOptions({ id: userId, email }, bytesOf(credential.hash));
    return { options };
  }

  @ApiOperation({
    summary: 'Registers a passkey',
    description: 'By the same session that asked for the options. Recovery codes come with the first second factor.',
  })
  @Post('me/passkeys')
  @Requires('me:read', { isRecent: true })
  @Answers(201, 'Registered', createdPasskeySchema)
  create(@CurrentPrincipal() person: UserPrincipal, @Body({ schema: createPasskeySchema }) body: CreatePasskey) {
    return this.secondFactors.createPasskey(person, body);
  }

  @ApiOperation({
    summary: 'Removes a passkey',
    description: 'Without a password and a provider the last one stays, as it is the only way in.',
  })
  @Delete('me/passkeys/:passkeyId')
  @Requires('me:read', { isRecent: true })
  @Answers(204, 'Removed')
  delete(@CurrentPrincipal() { userId }: UserPrincipal, @Param('passkeyId') passkeyId: string): Promise<void> {
    return this.secondFactors.deletePasskey(userId, passkeyId);
  }

  @ApiOperation({
    summary: 'Starts to confirm by a passkey that it is you',
    description: 'Give `options` to `navigator.credentials.get`, and send what it answers to `POST /v1/auth/step-up`.',
  })
  @Post('auth/step-up/options')
  @Requires('me:read')
  @Answers(201, 'What the browser is to be asked', passkeyOptionsSchema)
  async stepUpOptions(@CurrentPrincipal() { userId, credential }: UserPrincipal) {
    return { options: await this.passkeys.authenticationOptions('step_up', bytesOf(credential.hash), userId) };
  }

  @ApiOperation({
    summary: 'Starts a login by a passkey',
    description:
      'Leaves a cookie, by which the answer is known to come from the same browser. After a password it asks for the passkeys of that account.',
  })
  @Post('auth/passkeys/options')
  @Public()
  @Answers(201, 'What the browser is to be asked', passkeyOptionsSchema)
  async loginOptions(
    @Ip() address: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.throttle.admitPasskey(address);
    const known = readLoginCookie(request, this.config);
    const userId = known && (await this.auth.findPendingUser(known));
    const token = userId ? known : randomToken();
    if (!userId) setLoginCookie(reply, this.config, token);
    return { options: await this.passkeys.authenticationOptions('login', sha256(token), userId || undefined) };
  }

  @ApiOperation({
    summary: 'Logs in by a passkey, alone or after the password',
    description: 'By what `navigator.credentials.get` answered, within five minutes and once.',
  })
  @Post('auth/passkeys/login')
  @Public()
  @Answers(200, 'Logged in; the session is in the cookie', meSchema)
  async login(
    @Body({ schema: passkeyLoginSchema }) { response }: PasskeyLogin,
    @Ip() address: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Me> {
    await this.throttle.admitPasskey(address);
    const loginToken = readLoginCookie(request, this.config) ?? '';
    const device = readDeviceCookie(request, this.config);
    const { token, deviceToken } = await this.auth.loginByPasskey(response, loginToken, device);
    setSessionCookie(reply, this.config, token);
    setDeviceCookie(reply, this.config, deviceToken);
    clearLoginCookie(reply, this.config);
    const principal = await this.sessions.findPrincipal(token);
    if (!principal) throw notAuthenticated();
    return toMe(principal);
  }
}
