import { Module } from '@nestjs/common';
import { BillingModule } from '../billing/index.js';
import { PriceSimulationsModule } from '../price-simulations/index.js';
import { PriceChangeController } from './price-change.controller.js';
import { PriceMovesRepository } from './price-moves.repository.js';
import { PricePublicationsController } from './price-publications.controller.js';
import { PricePublicationsRepository } from './price-publications.repository.js';
import { PricePublicationsService } from './price-publications.service.js';

/** New prices for everybody, from the proposal to the last subscriber who goes on with one. */
@Module({
  imports: [BillingModule, PriceSimulationsModule],
  controllers: [PricePublicationsController, PriceChangeController],
  providers: [PricePublicationsService, PricePublicationsRepository, PriceMovesRepository],
})
export class PricePublicationsModule {}
