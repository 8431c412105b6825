import { Module } from '@nestjs/common';
import { DataSetsModule } from '../data-sets/index.js';
import { LimitsModule } from '../limits/index.js';
import { ProjectsModule } from '../projects/index.js';
import { ModelsController } from './models.controller.js';
import { ModelsRepository } from './models.repository.js';
import { ModelsService } from './models.service.js';

@Module({
  imports: [ProjectsModule, DataSetsModule, LimitsModule],
  controllers: [ModelsController],
  providers: [ModelsService, ModelsRepository],
  exports: [ModelsService],
})
export class ModelsModule {}
