import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { LimitsModule } from '../limits/index.js';
import { UsageModule } from '../usage/index.js';
import { DataSetsRepository } from './data-sets.repository.js';
import { ImportRunner } from './import-runner.js';
import { ImportsProcessor } from './imports.processor.js';
import { StoredRows } from './stored-rows.js';

export type { Content, ImportTask } from './content-reader.js';
export type { ImportProgress } from './data-sets.schema.js';
export { ContentError } from './content-error.js';
export { ImportCrashedError, ImportRunner, type ImportWatch } from './import-runner.js';

/** The worker's door to this feature; the worker says where files are read. */
@Module({})
export class ImportsWorkerModule {
  static with(runner: Type<ImportRunner>): DynamicModule {
    return {
      module: ImportsWorkerModule,
      imports: [LimitsModule, UsageModule],
      providers: [ImportsProcessor, DataSetsRepository, StoredRows, { provide: ImportRunner, useClass: runner }],
    };
  }
}
