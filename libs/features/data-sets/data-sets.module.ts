import { Module } from '@nestjs/common';
import { LimitsModule } from '../limits/index.js';
import { ProjectsModule } from '../projects/index.js';
import { AddedRows } from './added-rows.js';
import { ContentTables } from './content-tables.js';
import { DataSetsController } from './data-sets.controller.js';
import { DataSetsRepository } from './data-sets.repository.js';
import { DataSetsService } from './data-sets.service.js';
import { NewImports } from './new-imports.js';
import { Previewer } from './previewer.js';
import { PreviewsController } from './previews.controller.js';
import { PreviewsService } from './previews.service.js';
import { RowsController } from './rows.controller.js';
import { RowsService } from './rows.service.js';

@Module({
  imports: [LimitsModule, ProjectsModule],
  controllers: [DataSetsController, PreviewsController, RowsController],
  providers: [
    DataSetsService,
    DataSetsRepository,
    NewImports,
    AddedRows,
    ContentTables,
    RowsService,
    Previewer,
    PreviewsService,
  ],
  exports: [DataSetsService, NewImports, AddedRows, ContentTables],
})
export class DataSetsModule {}
