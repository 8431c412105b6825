import { Module } from '@nestjs/common';
import { LimitsModule } from '../limits/index.js';
import { ModelsModule } from '../models/index.js';
import { ProjectsModule } from '../projects/index.js';
import { DeploymentsController } from './deployments.controller.js';
import { DeploymentsRepository } from './deployments.repository.js';
import { DeploymentsService } from './deployments.service.js';

@Module({
  imports: [LimitsModule, ModelsModule, ProjectsModule],
  controllers: [DeploymentsController],
  providers: [DeploymentsService, DeploymentsRepository],
  exports: [DeploymentsService],
})
export class DeploymentsModule {}
