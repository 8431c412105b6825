import { Module } from '@nestjs/common';
import { DataSetsModule } from '../data-sets/index.js';
import { LimitsModule } from '../limits/index.js';
import { ModelsModule } from '../models/index.js';
import { ProjectsModule } from '../projects/index.js';
import { SignUpsModule } from '../sign-ups/index.js';
import { UsageModule } from '../usage/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { TrainingEventsService } from './training-events.service.js';
import { TrainingJobsController } from './training-jobs.controller.js';
import { TrainingJobsRepository } from './training-jobs.repository.js';
import { TrainingJobsService } from './training-jobs.service.js';
import { TrainingQueueController } from './training-queue.controller.js';
import { TrainingQueueRepository } from './training-queue.repository.js';
import { TrainingQueueService } from './training-queue.service.js';

@Module({
  imports: [UsageModule, ProjectsModule, LimitsModule, ModelsModule, DataSetsModule, SignUpsModule, WebhooksModule],
  controllers: [TrainingJobsController, TrainingQueueController],
  providers: [
    TrainingJobsService,
    TrainingEventsService,
    TrainingJobsRepository,
    TrainingQueueService,
    TrainingQueueRepository,
  ],
})
export class TrainingJobsModule {}
