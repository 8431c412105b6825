import { Module } from '@nestjs/common';
import { RequestLogController } from './request-log.controller.js';
import { RequestLogRecorder } from './request-log.recorder.js';
import { RequestLogRepository } from './request-log.repository.js';
import { RequestLogService } from './request-log.service.js';

@Module({
  controllers: [RequestLogController],
  providers: [RequestLogService, RequestLogRecorder, RequestLogRepository],
  exports: [RequestLogRecorder],
})
export class RequestLogModule {}
