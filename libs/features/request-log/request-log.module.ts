import { Module } from '@nestjs/common';
import { DeploymentsModule } from '../deployments/index.js';
import { LogReads } from './log-reads.js';
import { RequestLogController } from './request-log.controller.js';
import { RequestLogRecorder } from './request-log.recorder.js';
import { RequestLogRepository } from './request-log.repository.js';
import { RequestLogService } from './request-log.service.js';
import { TrafficController } from './traffic.controller.js';
import { TrafficRepository } from './traffic.repository.js';
import { TrafficService } from './traffic.service.js';

@Module({
  imports: [DeploymentsModule],
  controllers: [RequestLogController, TrafficController],
  providers: [LogReads, RequestLogService, TrafficService, TrafficRepository, RequestLogRecorder, RequestLogRepository],
  exports: [RequestLogRecorder],
})
export class RequestLogModule {}
