import { Module } from '@nestjs/common';
import { DataSetsRepository } from './data-sets.repository.js';
import { ImportsProcessor } from './imports.processor.js';
import { ImportsService } from './imports.service.js';

/** The worker's door to this feature. */
@Module({ providers: [ImportsProcessor, ImportsService, DataSetsRepository] })
export class ImportsWorkerModule {}
