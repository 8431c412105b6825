import { Module } from '@nestjs/common';
import { LimitsModule } from '../limits/index.js';
import { ProjectsModule } from '../projects/index.js';
import { AddedRows } from './added-rows.js';
import { ContentTables } from './content-tables.js';
import { DataSetsController } from './data-sets.controller.js';
import { DataSetsRepository } from './data-sets.repository.js';
import { DataSetsService } from './data-sets.service.js';
import { LearntRows } from './learnt-rows.service.js';
import { LiveInteractionsRepository } from './live-interactions.repository.js';
import { MadeDataController } from './made-data.controller.js';
import { MadeDataService } from './made-data.service.js';
import { NewImports } from './new-imports.js';
import { Previewer } from './previewer.js';
import { PreviewsController } from './previews.controller.js';
import { PreviewsService } from './previews.service.js';
import { RowsController } from './rows.controller.js';
import { RowsService } from './rows.service.js';
import { SingleRowsController } from './single-rows.controller.js';
import { SingleRowsRepository } from './single-rows.repository.js';
import { SingleRowsService } from './single-rows.service.js';

@Module({
  imports: [LimitsModule, ProjectsModule],
  controllers: [DataSetsController, MadeDataController, PreviewsController, RowsController, SingleRowsController],
  providers: [
    DataSetsService,
    DataSetsRepository,
    NewImports,
    AddedRows,
    LearntRows,
    LiveInteractionsRepository,
    SingleRowsRepository,
    SingleRowsService,
    ContentTables,
    MadeDataService,
    RowsService,
    Previewer,
    PreviewsService,
  ],
  exports: [
    DataSetsService,
    NewImports,
    AddedRows,
    LearntRows,
    LiveInteractionsRepository,
    SingleRowsRepository,
    ContentTables,
  ],
})
export class DataSetsModule {}
