import { Module } from '@nestjs/common';
import { CostsController } from './costs.controller.js';
import { CostsRepository } from './costs.repository.js';
import { CostsService } from './costs.service.js';

/** What organizations cost the operator, and what is left of what they pay. */
@Module({ controllers: [CostsController], providers: [CostsService, CostsRepository], exports: [CostsService] })
export class CostsModule {}
