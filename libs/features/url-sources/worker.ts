import { Module } from '@nestjs/common';
import { DataSetsRepository, NewImports } from '../data-sets/index.js';
import { LimitsModule } from '../limits/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { UrlSourcesProcessor } from './url-sources.processor.js';
import { UrlSourcesRepository } from './url-sources.repository.js';

/** The worker's door to this feature. */
@Module({
  imports: [LimitsModule, NotificationsModule],
  providers: [UrlSourcesProcessor, UrlSourcesRepository, NewImports, DataSetsRepository],
})
export class UrlSourcesWorkerModule {}
