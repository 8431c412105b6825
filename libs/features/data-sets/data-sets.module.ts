import { Module } from '@nestjs/common';
import { LimitsModule } from '../limits/index.js';
import { ProjectsModule } from '../projects/index.js';
import { AddedRows } from './added-rows.js';
import { ContentTables } from './content-tables.js';
import { DataSetsController } from './data-sets.controller.js';
import { DataSetsRepository } from './data-sets.repository.js';
import { DataSetsService } from './data-sets.service.js';
import { MadeDataController } from './made-data.controller.js';
import { MadeDataService } from './made-data.service.js';
import { RowsController } from './rows.controller.js';
import { RowsService } from './rows.service.js';

@Module({
  imports: [LimitsModule, ProjectsModule],
  controllers: [DataSetsController, MadeDataController, RowsController],
  providers: [DataSetsService, DataSetsRepository, AddedRows, ContentTables, MadeDataService, RowsService],
  exports: [DataSetsService, AddedRows, ContentTables],
})
export class DataSetsModule {}
