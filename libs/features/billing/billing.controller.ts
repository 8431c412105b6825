import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import {
  checkoutSessionSchema,
  type CreateCheckoutSession,
  createCheckoutSessionSchema,
  type CurrencyQuery,
  currencyQuerySchema,
  plansSchema,
  upcomingInvoiceSchema,
} from './billing.schema.js';
import { BillingService } from './billing.service.js';
import { CheckoutService } from './checkout.service.js';

@ApiTags('billing')
@Controller('v1/billing')
export class BillingController {
  constructor(
    private readonly billing: BillingService,
    private readonly checkout: CheckoutService,
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
}
