import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/page.js';
import {
  couponListSchema,
  couponSchema,
  type CreateCoupon,
  createCouponSchema,
  type Redeem,
  redeemSchema,
  redemptionSchema,
  redemptionsSchema,
} from './coupons.schema.js';
import { CouponsService } from './coupons.service.js';

@Controller('v1')
export class CouponsController {
  constructor(private readonly coupons: CouponsService) {}

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Lists coupons, the newest first',
    description: 'Those that are over too, each with how often it was redeemed.',
  })
  @Get('admin/coupons')
  @Requires('operator')
  @Answers(200, 'A page of coupons', couponListSchema)
  list(@Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.coupons.list(query);
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Makes a coupon',
    description: 'It takes a percentage or an amount off the monthly fee of whoever redeems it. It is never changed.',
  })
  @Post('admin/coupons')
  @Requires('operator', { isRecent: true })
  @Answers(201, 'The coupon', couponSchema)
  create(@Body({ schema: createCouponSchema }) body: CreateCoupon) {
    return this.coupons.create(body);
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Ends a coupon',
    description: 'Nobody redeems it any more; who has keeps it.',
  })
  @Delete('admin/coupons/:couponId')
  @HttpCode(204)
  @Requires('operator', { isRecent: true })
  @Answers(204, 'Over')
  end(@Param('couponId') id: string) {
    return this.coupons.end(id);
  }

  @ApiTags('billing')
  @ApiOperation({
    summary: 'Lists the coupons that were redeemed',
    description: 'The newest first, each with since when and until when it is taken off the fee.',
  })
  @Get('billing/coupons')
  @Requires('billing:read')
  @Answers(200, 'The coupons', redemptionsSchema)
  listRedeemed(@CurrentPrincipal() { tenantId }: Principal) {
    return this.coupons.listRedeemed(tenantId);
  }

  @ApiTags('billing')
  @ApiOperation({
    summary: 'Redeems a coupon',
    description:
      'It is taken off the fee: from the next one on of who pays for a plan, else from the first one on. An organization has one at a time, and each once.',
  })
  @Post('billing/coupons')
  @Requires('billing:write')
  @Answers(201, 'The coupon', redemptionSchema)
  redeem(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: redeemSchema }) body: Redeem) {
    return this.coupons.redeem(tenantId, body);
  }
}
