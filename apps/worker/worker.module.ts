import { type DynamicModule, Module } from '@nestjs/common';
import { ImportsWorkerModule } from '../../libs/features/data-sets/worker.js';
import { TrainingWorkerModule } from '../../libs/features/training-jobs/worker.js';
import { ClockModule } from '../../libs/platform/clock/clock.js';
import type { Config } from '../../libs/platform/config/config.js';
import { ConfigModule } from '../../libs/platform/config/config.module.js';
import { DatabaseModule } from '../../libs/platform/database/database.module.js';
import { ObjectStoreModule } from '../../libs/platform/object-store/object-store.module.js';
import { QueueModule } from '../../libs/platform/queue/queue.module.js';
import { loggingModule } from '../../libs/platform/telemetry/logging.js';
import { ProcessTrainingRunner } from './process-training-runner.js';

const PLATFORM = [ClockModule, DatabaseModule, ObjectStoreModule, QueueModule];

@Module({})
export class WorkerModule {
  static with(config: Config): DynamicModule {
    const features = [ImportsWorkerModule, TrainingWorkerModule.with(ProcessTrainingRunner)];
    return {
      module: WorkerModule,
      imports: [ConfigModule.with(config), loggingModule(config), ...PLATFORM, ...features],
    };
  }
}
