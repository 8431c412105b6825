import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { DataSetsRepository, LiveInteractionsRepository, SingleRowsRepository } from '../data-sets/index.js';
import { ModelsRepository } from '../models/index.js';
import { TrainingJobsRepository } from '../training-jobs/index.js';
import { ErasuresProcessor } from './erasures.processor.js';
import { ErasuresRepository } from './erasures.repository.js';
import { UserEraser } from './user-eraser.js';
import { UserMergesRepository } from './user-merges.repository.js';

export { type Erased, type EraseTask, UserEraser } from './user-eraser.js';

/** The worker's door to this feature; the worker says where files are written anew. */
@Module({})
export class ErasuresWorkerModule {
  static with(eraser: Type<UserEraser>): DynamicModule {
    return {
      module: ErasuresWorkerModule,
      providers: [
        ErasuresProcessor,
        ErasuresRepository,
        UserMergesRepository,
        DataSetsRepository,
        LiveInteractionsRepository,
        SingleRowsRepository,
        ModelsRepository,
        TrainingJobsRepository,
        { provide: UserEraser, useClass: eraser },
      ],
    };
  }
}
