import { Module } from '@nestjs/common';
import { LimitsModule } from '../limits/index.js';
import { ProjectsModule } from '../projects/index.js';
import { AddedRows } from './added-rows.js';
import { DataSetsController } from './data-sets.controller.js';
import { DataSetsRepository } from './data-sets.repository.js';
import { DataSetsService } from './data-sets.service.js';

@Module({
  imports: [LimitsModule, ProjectsModule],
  controllers: [DataSetsController],
  providers: [DataSetsService, DataSetsRepository, AddedRows],
  exports: [DataSetsService, AddedRows],
})
export class DataSetsModule {}
