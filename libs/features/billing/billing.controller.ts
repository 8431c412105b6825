import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import {
  type ChangePlan,
  changePlanSchema,
  checkoutSessionSchema,
  type CreateCheckoutSession,
  createCheckoutSessionSchema,
  type CurrencyQuery,
  currencyQuerySchema,
  planChangePreviewSchema,
  planChangeSchema,
  plansSchema,
  portalSessionSchema,
  upcomingInvoiceSchema,
} from './billing.schema.js';
import { BillingService } from './billing.service.js';
import { CheckoutService } from './checkout.service.js';
import { PlanChangesService } from './plan-changes.service.js';

@ApiTags('billing')
@Controller('v1/billing')
export class BillingController {
  constructor(
    private readonly billing: BillingService,
    private readonly checkout: CheckoutService,
    private readonly planChanges: PlanChangesService,
  ) {}

  @ApiOperation({
    summary: 'Lists the plans and what they cost now',
    description: 'With the monthly fee, and for each meter what is included and what a unit beyond it costs.',
  })
  @Get('plans')
  @Requires('billing:read')
  @Answers(200, 'The price list', plansSchema)
  listPlans(@CurrentPrincipal() { tenantId }: Principal, @Query({ schema: currencyQuerySchema }) query: CurrencyQuery) {
    return this.billing.listPlans(tenantId, query);
  }

  @ApiOperation({
    summary: 'Shows the invoice of the current billing period so far',
    description:
      'One line for the fee and one for each meter, in exact decimals; the total is what would be due if the period ended now.',
  })
  @Get('invoices/upcoming')
  @Requires('billing:read')
  @Answers(200, 'The invoice, were it written now', upcomingInvoiceSchema)
  upcomingInvoice(@CurrentPrincipal() { tenantId }: Principal) {
    return this.billing.upcomingInvoice(tenantId);
  }

  @ApiOperation({
    summary: 'Opens a Stripe Checkout for a plan',
    description: 'Send the browser to the `url` of the answer. The plan changes once Stripe says that it is paid.',
  })
  @Post('checkout-sessions')
  @Requires('billing:write', { isRecent: true })
  @Answers(201, 'Where to pay', checkoutSessionSchema)
  createCheckoutSession(
    @CurrentPrincipal() { tenantId }: Principal,
    @Body({ schema: createCheckoutSessionSchema }) body: CreateCheckoutSession,
  ) {
    return this.checkout.open(tenantId, body);
  }

  @ApiOperation({
    summary: 'Says what another plan would cost, changing nothing',
    description:
      'Of an organization that pays through Stripe. A dearer plan would begin at once, a cheaper one or Free with the next period.',
  })
  @Post('plan-change-previews')
  @HttpCode(200)
  @Requires('billing:write')
  @Answers(200, 'The change', planChangePreviewSchema)
  previewChange(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: changePlanSchema }) body: ChangePlan) {
    return this.planChanges.preview(tenantId, body);
  }

  @ApiOperation({
    summary: 'Changes the plan',
    description:
      'Of an organization that pays through Stripe. A dearer plan begins at once and is charged with credit for what is left of the month; a cheaper one, and Free, begin with the next period, and can be taken back until then.',
  })
  @Put('plan')
  @Requires('billing:write', { isRecent: true })
  @Answers(200, 'When it takes effect', planChangeSchema)
  changePlan(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: changePlanSchema }) body: ChangePlan) {
    return this.planChanges.change(tenantId, body);
  }

  @ApiOperation({
    summary: 'Keeps the present plan, where another one was to begin with the next period',
    description: 'The plan, and the subscription at Stripe, go on as they are.',
  })
  @Delete('plan-change')
  @Requires('billing:write', { isRecent: true })
  @Answers(204, 'The plan goes on')
  takeBack(@CurrentPrincipal() { tenantId }: Principal) {
    return this.planChanges.takeBack(tenantId);
  }

  @ApiOperation({
    summary: 'Opens Stripe’s page for cards, addresses, tax ids and invoices of the fee',
    description: 'Send the browser to the `url` of the answer.',
  })
  @Post('portal-sessions')
  @Requires('billing:write', { isRecent: true })
  @Answers(201, 'Where to go', portalSessionSchema)
  openPortal(@CurrentPrincipal() { tenantId }: Principal) {
    return this.planChanges.openPortal(tenantId);
  }
}
