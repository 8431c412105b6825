import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PriceDraft, priceDraftSchema, priceSimulationSchema } from './price-simulations.schema.js';
import { PriceSimulationsService } from './price-simulations.service.js';

@ApiTags('operator')
@Controller('v1/admin/price-simulations')
export class PriceSimulationsController {
  constructor(private readonly simulations: PriceSimulationsService) {}

  @ApiOperation({
    summary: 'Rates the past usage of a plan under a draft of its price',
    description:
      'The billing periods of the past months that were billed on the plan in the currency, each rated by the price that it had and by the draft. Nothing is written. Says too whether rating by the price that they had gives what was billed, to the cent.',
  })
  @Post()
  @Requires('operator')
  @Answers(200, 'Who would have paid more or less', priceSimulationSchema)
  run(@Body({ schema: priceDraftSchema }) draft: PriceDraft) {
    return this.simulations.run(draft);
  }
}
