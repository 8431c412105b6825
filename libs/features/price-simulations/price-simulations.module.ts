import { Module } from '@nestjs/common';
import { BillingModule } from '../billing/index.js';
import { CostsModule } from '../costs/index.js';
import { PriceSimulationsController } from './price-simulations.controller.js';
import { PriceSimulationsRepository } from './price-simulations.repository.js';
import { PriceSimulationsService } from './price-simulations.service.js';

/** What another price would have made of the past, before it is anybody's. */
@Module({
  imports: [BillingModule, CostsModule],
  controllers: [PriceSimulationsController],
  providers: [PriceSimulationsService, PriceSimulationsRepository],
  exports: [PriceSimulationsService],
})
export class PriceSimulationsModule {}
