import { Module } from '@nestjs/common';
import { RequestLogProcessor } from './request-log.processor.js';
import { RequestLogRepository } from './request-log.repository.js';

/** The worker's door to this feature. */
@Module({ providers: [RequestLogProcessor, RequestLogRepository] })
export class RequestLogWorkerModule {}
