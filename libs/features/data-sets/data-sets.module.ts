import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/index.js';
import { DataSetsController } from './data-sets.controller.js';
import { DataSetsRepository } from './data-sets.repository.js';
import { DataSetsService } from './data-sets.service.js';

@Module({
  imports: [ProjectsModule],
  controllers: [DataSetsController],
  providers: [DataSetsService, DataSetsRepository],
  exports: [DataSetsService, DataSetsRepository],
})
export class DataSetsModule {}
