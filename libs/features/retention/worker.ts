import { Module } from '@nestjs/common';
import { RetentionProcessor } from './retention.processor.js';
import { RetentionRepository } from './retention.repository.js';
import { RetentionService } from './retention.service.js';

/** The worker's door to this feature. */
@Module({ providers: [RetentionProcessor, RetentionService, RetentionRepository] })
export class RetentionWorkerModule {}
