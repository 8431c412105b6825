import { Module } from '@nestjs/common';
import { DataSetsModule } from '../data-sets/index.js';
import { UrlSourcesController } from './url-sources.controller.js';
import { UrlSourcesRepository } from './url-sources.repository.js';
import { UrlSourcesService } from './url-sources.service.js';

@Module({
  imports: [DataSetsModule],
  controllers: [UrlSourcesController],
  providers: [UrlSourcesService, UrlSourcesRepository],
})
export class UrlSourcesModule {}
