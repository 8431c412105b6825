import { Body, Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Answers } from '../../platform/http/answers.js';
import { notAuthenticated } from './auth.errors.js';
import { type Login, loginSchema, type Me, meSchema, type Signup, signupSchema } from './auth.schema.js';
import { AuthService } from './auth.service.js';
import {
  CurrentPrincipal,
  type Principal,
  Public,
  Requires,
  type UserPrincipal,
} from '../../platform/access/principal.js';
import { clearSessionCookie, readSessionCookie, setSessionCookie } from './session-cookie.js';

@ApiTags('auth')
@Controller('v1')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @ApiOperation({ summary: 'Makes an account and its organization, and signs in' })
  @Post('auth/signup')
  @Public()
  @Answers(201, 'Signed up; the session is in the cookie', meSchema)
  async signup(
    @Body({ schema: signupSchema }) body: Signup,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Me> {
    return this.signIn(await this.auth.signup(body), reply);
  }

  @ApiOperation({ summary: 'Signs in' })
  @Post('auth/login')
  @Public()
  @Answers(200, 'Signed in; the session is in the cookie', meSchema)
  async login(
    @Body({ schema: loginSchema }) body: Login,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Me> {
    return this.signIn(await this.auth.login(body), reply);
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

  @ApiOperation({ summary: 'Who is signed in, where, and what they may do' })
  @Get('me')
  @Requires('me:read')
  @Answers(200, 'The signed-in person', meSchema)
  me(@CurrentPrincipal() principal: Principal): Me {
    // No key may hold me:read, which the type cannot say.
    if (principal.kind !== 'user') throw notAuthenticated();
    return toMe(principal);
  }

  private async signIn(token: string, reply: FastifyReply): Promise<Me> {
    setSessionCookie(reply, this.config, token);
    const principal = await this.auth.findPrincipal(token);
    if (!principal) throw notAuthenticated();
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
