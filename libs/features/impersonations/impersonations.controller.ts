import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import { impersonationSchema, type StartImpersonation, startImpersonationSchema } from './impersonations.schema.js';
import { ImpersonationsService } from './impersonations.service.js';

@Controller('v1')
export class ImpersonationsController {
  constructor(private readonly impersonations: ImpersonationsService) {}

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Acts in an organization as one of its members, or with a role, for 30 minutes',
    description:
      'Your session acts there until it is ended, by you or by an owner. Keys, members, billing, accounts, exports and deletion stay closed. The owners are told, and read who, when and why in their audit log.',
  })
  @Post('admin/organizations/:organizationId/impersonations')
  @Requires('operator', { isRecent: true })
  @Answers(201, 'Your session acts there now', impersonationSchema)
  start(
    @CurrentPrincipal() operator: UserPrincipal,
    @Param('organizationId') organizationId: string,
    @Body({ schema: startImpersonationSchema }) body: StartImpersonation,
  ) {
    return this.impersonations.start(operator, organizationId, body);
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Lists when operators acted in an organization, newest first',
    description: 'As its owners see it.',
  })
  @Get('admin/organizations/:organizationId/impersonations')
  @Requires('operator')
  @Answers(200, 'A page of impersonations', pageSchema(impersonationSchema))
  listOf(@Param('organizationId') organizationId: string, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.impersonations.listOf(organizationId, query);
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: "Ends that you act in somebody's organization",
    description: 'Your session is yours again, without an organization.',
  })
  // What everybody who acts in an organization has.
  @Post('impersonation/end')
  @Requires('organization:read')
  @Answers(204, 'You act as yourself')
  async leave(@CurrentPrincipal() operator: UserPrincipal): Promise<void> {
    await this.impersonations.leave(operator);
  }

  @ApiTags('organization')
  @ApiOperation({
    summary: 'Lists when operators of the platform acted in your organization, as whom and why, newest first',
    description: 'What they did then is in the audit log.',
  })
  @Get('organization/impersonations')
  @Requires('audit:read')
  @Answers(200, 'A page of impersonations', pageSchema(impersonationSchema))
  list(@CurrentPrincipal() { tenantId }: Principal, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.impersonations.list(tenantId, query);
  }

  @ApiTags('organization')
  @ApiOperation({
    summary: 'Ends at once that an operator acts in your organization',
    description: 'Whatever they have open there ends too, within moments and everywhere.',
  })
  @Post('organization/impersonations/:impersonationId/end')
  @Requires('organization:write')
  @Answers(200, 'It has ended', impersonationSchema)
  revoke(@CurrentPrincipal() { tenantId }: Principal, @Param('impersonationId') impersonationId: string) {
    return this.impersonations.revoke(tenantId, impersonationId);
  }
}
