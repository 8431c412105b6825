import { Body, Controller, Delete, Get, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/page.js';
import {
  type BuyCredits,
  buyCreditsSchema,
  creditBalanceSchema,
  creditGrantListSchema,
  creditPurchaseSchema,
  type PutTopUp,
  putTopUpSchema,
} from './credit-grants.schema.js';
import { CreditGrantsService } from './credit-grants.service.js';
import { CreditTopUpsService } from './credit-top-ups.service.js';

@ApiTags('billing')
@Controller('v1/billing')
export class CreditsController {
  constructor(
    private readonly grants: CreditGrantsService,
    private readonly topUps: CreditTopUpsService,
  ) {}

  @ApiOperation({
    summary: 'Shows the prepaid credits',
    description:
      'What is left of them, what the running period comes to so far, and the automatic top-up. Credits pay for invoices of usage when these are written, not for a fee that Stripe charges in advance.',
  })
  @Get('credit-balance')
  @Requires('billing:read')
  @Answers(200, 'The balance', creditBalanceSchema)
  balance(@CurrentPrincipal() { tenantId }: Principal) {
    return this.grants.balance(tenantId);
  }

  @ApiOperation({
    summary: 'Lists what prepaid credits were given or bought, the newest first',
    description: 'Those that expire soonest are used first, then what was given, then the oldest.',
  })
  @Get('credit-grants')
  @Requires('billing:read')
  @Answers(200, 'A page of credit grants', creditGrantListSchema)
  list(@CurrentPrincipal() { tenantId }: Principal, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.grants.list(tenantId, query);
  }

  @ApiOperation({
    summary: 'Buys prepaid credits',
    description:
      'The card on file is charged at once; where there is none, or it is refused, `payUrl` says where to pay. Sent again with the same amount before it is paid, it goes on with the same purchase.',
  })
  @Post('credit-purchases')
  @Requires('billing:write', { isRecent: true })
  @Answers(201, 'The purchase', creditPurchaseSchema)
  buy(@CurrentPrincipal() principal: UserPrincipal, @Body({ schema: buyCreditsSchema }) body: BuyCredits) {
    return this.topUps.buy(principal, body);
  }

  @ApiOperation({
    summary: 'Has credits bought automatically where they run low',
    description:
      'Looked at every minute. A card that is refused stops it, which owners, admins and billing members are told by mail.',
  })
  @Put('credit-top-up')
  @Requires('billing:write', { isRecent: true })
  @Answers(204, 'It holds from now on')
  putTopUp(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: putTopUpSchema }) body: PutTopUp) {
    return this.topUps.put(tenantId, body);
  }

  @ApiOperation({
    summary: 'Ends the automatic top-up',
    description: 'What was bought stays. Also where there was none.',
  })
  @Delete('credit-top-up')
  @Requires('billing:write', { isRecent: true })
  @Answers(204, 'Nothing is bought automatically')
  deleteTopUp(@CurrentPrincipal() { tenantId }: Principal) {
    return this.topUps.delete(tenantId);
  }
}
