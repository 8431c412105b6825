import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { BillingModule } from '../billing/index.js';
import { PriceListController } from './price-list.controller.js';

@Module({ imports: [AuthModule, BillingModule], controllers: [PriceListController] })
export class PriceListModule {}
