import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { DataSetsModule } from '../data-sets/index.js';
import { UserMergesRepository } from '../end-users/index.js';
import { LimitsModule } from '../limits/index.js';
import { ModelsModule } from '../models/index.js';
import { UsageModule } from '../usage/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { TrainingJobsProcessor } from './training-jobs.processor.js';
import { TrainingJobsRepository } from './training-jobs.repository.js';
import { TrainingRunner } from './training-runner.js';

export {
  type SourceFiles,
  type Trained,
  type TrainedFiles,
  TrainingCrashedError,
  TrainingFailedError,
  type TrainingReport,
  TrainingRunner,
  TrainingStoppedError,
  type TrainingTask,
  type TrainingWatch,
} from './training-runner.js';

/** The worker's door to this feature; the worker says where training happens. */
@Module({})
export class TrainingWorkerModule {
  static with(runner: Type<TrainingRunner>): DynamicModule {
    return {
      module: TrainingWorkerModule,
      imports: [DataSetsModule, LimitsModule, ModelsModule, UsageModule, WebhooksModule],
      providers: [
        TrainingJobsProcessor,
        TrainingJobsRepository,
        UserMergesRepository,
        { provide: TrainingRunner, useClass: runner },
      ],
    };
  }
}
