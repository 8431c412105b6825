import { Module } from '@nestjs/common';
import { LimitsModule } from '../limits/index.js';
import { UsageModule } from '../usage/index.js';
import { DataSetsRepository } from './data-sets.repository.js';
import { ImportsProcessor } from './imports.processor.js';
import { ImportsService } from './imports.service.js';
import { StoredInteractions } from './stored-interactions.js';

/** The worker's door to this feature. */
@Module({
  imports: [LimitsModule, UsageModule],
  providers: [ImportsProcessor, ImportsService, DataSetsRepository, StoredInteractions],
})
export class ImportsWorkerModule {}
