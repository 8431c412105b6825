import { Module } from '@nestjs/common';
import { DataSetsModule } from '../data-sets/index.js';
import { LimitsApiModule } from '../limits/index.js';
import { ModelsModule } from '../models/index.js';
import { ServingModule } from '../serving/index.js';
import { UsageModule } from '../usage/index.js';
import { DataSetLabels } from './data-set-labels.js';
import { LabelFilesService } from './label-files.service.js';
import { LabellingController } from './labelling.controller.js';
import { LabellingRepository } from './labelling.repository.js';
import { LabellingService } from './labelling.service.js';
import { Suggestions } from './suggestions.js';

@Module({
  imports: [DataSetsModule, LimitsApiModule, ModelsModule, ServingModule, UsageModule],
  controllers: [LabellingController],
  providers: [LabellingService, LabelFilesService, LabellingRepository, DataSetLabels, Suggestions],
})
export class LabellingModule {}
