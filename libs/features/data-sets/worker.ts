import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { LimitsModule } from '../limits/index.js';
import { UsageModule } from '../usage/index.js';
import { DataSetsRepository } from './data-sets.repository.js';
import { ImportRunner } from './import-runner.js';
import { ImportsProcessor } from './imports.processor.js';
import { ImportsService } from './imports.service.js';
import { StoredInteractions } from './stored-interactions.js';

export { type Content, ContentError, type ImportTask } from './content-reader.js';
export { ImportCrashedError, ImportRunner } from './import-runner.js';

/** The worker's door to this feature; the worker says where files are read. */
@Module({})
export class ImportsWorkerModule {
  static with(runner: Type<ImportRunner>): DynamicModule {
    return {
      module: ImportsWorkerModule,
      imports: [LimitsModule, UsageModule],
      providers: [
        ImportsProcessor,
        ImportsService,
        DataSetsRepository,
        StoredInteractions,
        { provide: ImportRunner, useClass: runner },
      ],
    };
  }
}
