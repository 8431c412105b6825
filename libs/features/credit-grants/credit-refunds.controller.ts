import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import {
  creditRefundListSchema,
  type ListCreditRefundsQuery,
  listCreditRefundsQuerySchema,
} from './credit-refunds.schema.js';
import { CreditRefundsService } from './credit-refunds.service.js';

@ApiTags('operator')
@Controller('v1/admin/credit-refunds')
export class CreditRefundsController {
  constructor(private readonly refunds: CreditRefundsService) {}

  @ApiOperation({
    summary: 'Lists what is refunded of credits that organizations had bought when they were deleted',
    description: 'The newest first. Each is taken to Stripe by itself, to the card that paid.',
  })
  @Get()
  @Requires('operator')
  @Answers(200, 'A page of refunds', creditRefundListSchema)
  list(@Query({ schema: listCreditRefundsQuerySchema }) query: ListCreditRefundsQuery) {
    return this.refunds.list(query);
  }
}
