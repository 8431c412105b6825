import { Body, Controller, Delete, Get, Inject, Ip, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPrincipal, Public, Requires, type UserPrincipal } from '../../../platform/access/principal.js';
import { CONFIG, type Config } from '../../../platform/config/config.js';
import { Problem } from '../../../platform/errors/problem.js';
import { Answers } from '../../../platform/http/answers.js';
import { parseId } from '../../../platform/http/ids.js';
import { LiveSessions } from '../live-sessions.service.js';
import {
  clearLoginCookie,
  clearVisitCookie,
  readDeviceCookie,
  readSessionCookie,
  readVisitCookie,
  setDeviceCookie,
  setLoginCookie,
  setSessionCookie,
  setVisitCookie,
} from '../session-cookie.js';
import type { Visit } from './identities.repository.js';
import {
  type Connect,
  connectSchema,
  identitiesSchema,
  providersSchema,
  startedSchema,
  type StartLogIn,
  startLogInSchema,
  type StartSingleSignOn,
  startSingleSignOnSchema,
} from './identities.schema.js';
import { type Finished, IdentitiesService, type Return } from './identities.service.js';
import { Providers } from './providers.js';

const STARTED = "Go to the provider's page; a cookie of ten minutes ties what comes back to this browser";

@ApiTags('identities')
@Controller('v1')
export class IdentitiesController {
  constructor(
    private readonly identities: IdentitiesService,
    private readonly providers: Providers,
    private readonly sessions: LiveSessions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @ApiOperation({
    summary: 'Lists by which providers everybody may log in',
    description: 'Those that the operator has set: Google, GitHub, and one more of OpenID Connect.',
  })
  @Get('auth/providers')
  @Public()
  @Answers(200, 'Providers', providersSchema)
  list() {
    return { providers: this.providers.list() };
  }

  @ApiOperation({
    summary: 'Begins to log in by a provider',
    description:
      'Who comes for the first time, with a verified address that no account has, gets an account and an organization, and agrees to the terms as by signing up. Whose account has a second factor is asked for it by the page of the login.',
  })
  @Post('auth/providers/:provider/log-in')
  @Public()
  @Answers(200, STARTED, startedSchema)
  async startLogIn(
    @Param('provider') provider: string,
    @Body({ schema: startLogInSchema }) body: StartLogIn,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.started(reply, await this.identities.startLogIn(provider, body, address));
  }

  @ApiOperation({
    summary: 'Begins to log in by the single sign-on of an organization',
    description:
      'Found by the domain of the address. The answer is the same for every domain that none is for, and says nothing of accounts.',
  })
  @Post('auth/single-sign-on')
  @Public()
  @Answers(200, STARTED, startedSchema)
  async startSingleSignOn(
    @Body({ schema: startSingleSignOnSchema }) body: StartSingleSignOn,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.started(reply, await this.identities.startSingleSignOn(body, address));
  }

  @ApiOperation({
    summary: 'Where a provider sends people back to',
    description:
      'For browsers: leads on to the page that they came from, with a session or with the code of a problem.',
  })
  @Get('auth/providers/:provider/callback')
  @Public()
  @Answers(302, 'To the dashboard')
  async finishProvider(
    @Param('provider') provider: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    this.providers.require(provider);
    await this.finish(request, reply, (back, onVisit) => this.identities.finishProvider(provider, back, onVisit));
  }

  @ApiOperation({
    summary: "Where an organization's provider sends people back to",
    description:
      'For browsers: leads on to the page that they came from, with a session or with the code of a problem.',
  })
  @Get('auth/single-sign-on/:organizationId/callback')
  @Public()
  @Answers(302, 'To the dashboard')
  async finishSingleSignOn(
    @Param('organizationId') organizationId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    parseId('organization', organizationId);
    await this.finish(request, reply, (back, onVisit) =>
      this.identities.finishSingleSignOn(organizationId, back, onVisit),
    );
  }

  @ApiOperation({
    summary: "Begins a test log-in by the organization's single sign-on",
    description: 'It opens no session. Once you are back, single sign-on can be enforced.',
  })
  @Post('organization/single-sign-on/test')
  @Requires('organization:write')
  @Answers(200, STARTED, startedSchema)
  async startTest(
    @CurrentPrincipal() caller: UserPrincipal,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.started(reply, await this.identities.startTest(caller, address));
  }

  @ApiOperation({
    summary: 'Lists the providers that your account is connected with',
    description: 'Each of them logs you in.',
  })
  @Get('me/identities')
  @Requires('me:read')
  @Answers(200, 'Your identities at providers', identitiesSchema)
  listOwn(@CurrentPrincipal() caller: UserPrincipal) {
    return this.identities.list(caller);
  }

  @ApiOperation({
    summary: 'Begins to connect your account with a provider',
    description: 'Once you are back, it logs you in as well, whatever address you have there.',
  })
  @Post('me/identities')
  @Requires('me:read', { isRecent: true })
  @Answers(200, STARTED, startedSchema)
  async connect(
    @CurrentPrincipal() caller: UserPrincipal,
    @Body({ schema: connectSchema }) body: Connect,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.started(reply, await this.identities.startConnect(caller, body, address));
  }

  @ApiOperation({
    summary: 'Disconnects your account from a provider',
    description:
      'The last way to log in stays: choose a password by mail, add a passkey, or connect another provider, first.',
  })
  @Delete('me/identities/:identityId')
  @Requires('me:read', { isRecent: true })
  @Answers(204, 'Disconnected')
  async disconnect(@CurrentPrincipal() caller: UserPrincipal, @Param('identityId') identityId: string): Promise<void> {
    await this.identities.disconnect(caller, identityId);
  }

  private started(reply: FastifyReply, { token, location }: { token: string; location: string }) {
    setVisitCookie(reply, this.config, token);
    return { location };
  }

  private async finish(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (back: Return, onVisit: (visit: Visit) => void) => Promise<Finished>,
  ): Promise<void> {
    let visit: Visit | undefined;
    const session = readSessionCookie(request, this.config);
    const back: Return = {
      token: readVisitCookie(request, this.config),
      search: new URL(request.url, this.config.PUBLIC_URL).searchParams,
      address: request.ip,
      deviceToken: readDeviceCookie(request, this.config),
      findCaller: async (organizationId) => (session ? this.sessions.findPrincipal(session, organizationId) : null),
    };
    void reply.header('cache-control', 'no-store');
    try {
      const { returnTo, signedIn } = await work(back, (taken) => (visit = taken));
      clearVisitCookie(reply, this.config);
      if (signedIn && 'pendingToken' in signedIn) {
        setLoginCookie(reply, this.config, signedIn.pendingToken);
        const query = new URLSearchParams({ secondFactor: 'true', returnTo });
        await reply.redirect(`${this.config.PUBLIC_URL}${this.identities.pageOf('log_in')}?${query}`, 302);
        return;
      }
      if (signedIn) {
        setSessionCookie(reply, this.config, signedIn.token);
        setDeviceCookie(reply, this.config, signedIn.deviceToken);
        clearLoginCookie(reply, this.config);
      }
      await reply.redirect(`${this.config.PUBLIC_URL}${returnTo}`, 302);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (visit) clearVisitCookie(reply, this.config);
      const query = new URLSearchParams({ problem: error.code });
      if (visit?.purpose === 'log_in') query.set('returnTo', visit.returnTo);
      await reply.redirect(`${this.config.PUBLIC_URL}${this.identities.pageOf(visit?.purpose)}?${query}`, 302);
    }
  }
}
