import { Body, Controller, Get, Ip, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { Throttle } from '../auth/index.js';
import {
  BillingService,
  type CurrencyQuery,
  currencyQuerySchema,
  type EstimatePrice,
  estimatePriceSchema,
  priceEstimateSchema,
  priceListSchema,
} from '../billing/index.js';

/** What visitors may know of prices: the same that is billed. */
@ApiTags('visitors')
@Controller('v1')
export class PriceListController {
  constructor(
    private readonly billing: BillingService,
    private readonly throttle: Throttle,
  ) {}

  @ApiOperation({
    summary: 'Shows what each plan costs now and what it allows',
    description: 'For everyone, without an account; bounded by address.',
  })
  @Get('price-list')
  @Public()
  @Answers(200, 'The price list', priceListSchema)
  async get(@Query({ schema: currencyQuerySchema }) query: CurrencyQuery, @Ip() address: string) {
    await this.throttle.admitVisitor(address);
    return this.billing.priceList(query);
  }

  @ApiOperation({
    summary: 'Estimates the invoice of a month on each plan, line by line as it would be billed',
    description: 'By the same rating that writes invoices. For everyone, without an account; bounded by address.',
  })
  @Post('price-estimates')
  @Public()
  @Answers(200, 'An estimate for each plan', priceEstimateSchema)
  async estimate(@Body({ schema: estimatePriceSchema }) body: EstimatePrice, @Ip() address: string) {
    await this.throttle.admitVisitor(address);
    return this.billing.estimate(body);
  }
}
