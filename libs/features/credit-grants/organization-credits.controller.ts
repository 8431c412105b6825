import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/page.js';
import {
  type GrantCredits,
  grantCreditsSchema,
  organizationCreditBalanceSchema,
  organizationCreditGrantListSchema,
  organizationCreditGrantSchema,
} from './credit-grants.schema.js';
import { CreditGrantsService } from './credit-grants.service.js';

@ApiTags('operator')
@Controller('v1/admin/organizations/:organizationId')
export class OrganizationCreditsController {
  constructor(private readonly grants: CreditGrantsService) {}

  @ApiOperation({
    summary: "Shows an organization's prepaid credits",
    description: 'As its own people see them, and what one operator may still give alone.',
  })
  @Get('credit-balance')
  @Requires('operator')
  @Answers(200, 'The balance', organizationCreditBalanceSchema)
  balance(@Param('organizationId') organizationId: string) {
    return this.grants.balanceOf(organizationId);
  }

  @ApiOperation({
    summary: "Lists an organization's credit grants, the newest first",
    description: 'Also those that were proposed, not paid or declined.',
  })
  @Get('credit-grants')
  @Requires('operator')
  @Answers(200, 'A page of credit grants', organizationCreditGrantListSchema)
  list(
    @CurrentPrincipal() operator: UserPrincipal,
    @Param('organizationId') organizationId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.grants.listOf(operator, organizationId, query);
  }

  @ApiOperation({
    summary: 'Grants credits to an organization, or proposes it to a second operator',
    description:
      'They pay for its next invoices. What one operator may give an organization alone in a calendar month (UTC) is bounded; what is more waits for another operator, for seven days.',
  })
  @Post('credit-grants')
  @Requires('operator', { isRecent: true })
  @Answers(201, 'The credit grant: active, or proposed', organizationCreditGrantSchema)
  grant(
    @CurrentPrincipal() operator: UserPrincipal,
    @Param('organizationId') organizationId: string,
    @Body({ schema: grantCreditsSchema }) body: GrantCredits,
  ) {
    return this.grants.grant(operator, organizationId, body);
  }

  @ApiOperation({
    summary: 'Confirms credits that another operator proposed',
    description: 'They can be used from then on.',
  })
  @Post('credit-grants/:creditGrantId/confirm')
  @HttpCode(200)
  @Requires('operator', { isRecent: true })
  @Answers(200, 'The credit grant', organizationCreditGrantSchema)
  confirm(
    @CurrentPrincipal() operator: UserPrincipal,
    @Param('organizationId') organizationId: string,
    @Param('creditGrantId') id: string,
  ) {
    return this.grants.confirm(operator, organizationId, id);
  }

  @ApiOperation({
    summary: 'Declines credits that were proposed, or takes the proposal back',
    description: 'They count for nothing, and the customer is not told.',
  })
  @Post('credit-grants/:creditGrantId/decline')
  @HttpCode(200)
  @Requires('operator', { isRecent: true })
  @Answers(200, 'The credit grant, declined', organizationCreditGrantSchema)
  decline(
    @CurrentPrincipal() operator: UserPrincipal,
    @Param('organizationId') organizationId: string,
    @Param('creditGrantId') id: string,
  ) {
    return this.grants.decline(operator, organizationId, id);
  }
}
