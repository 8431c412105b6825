import { Module } from '@nestjs/common';
import { CostsModule } from '../costs/index.js';
import { RevenueController } from './revenue.controller.js';
import { RevenueRepository } from './revenue.repository.js';
import { RevenueService } from './revenue.service.js';

/** What the operator earns. */
@Module({ imports: [CostsModule], controllers: [RevenueController], providers: [RevenueService, RevenueRepository] })
export class RevenueModule {}
