import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { priceChangeSchema } from './price-publications.schema.js';
import { PricePublicationsService } from './price-publications.service.js';

@ApiTags('billing')
@Controller('v1/billing')
export class PriceChangeController {
  constructor(private readonly publications: PricePublicationsService) {}

  @ApiOperation({
    summary: 'Says whether the present plan is to go on by another price, and from when',
    description: 'Owners, admins and billing members were told by mail. The plan can be left before.',
  })
  @Get('price-change')
  @Requires('billing:read')
  @Answers(200, 'The change of the price, if one is to come', priceChangeSchema)
  get(@CurrentPrincipal() { tenantId }: Principal) {
    return this.publications.changeOf(tenantId);
  }
}
