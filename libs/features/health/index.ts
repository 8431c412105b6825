import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { HealthRepository } from './health.repository.js';
import { StatusService } from './status.service.js';

export { StatusService } from './status.service.js';

@Module({ controllers: [HealthController], providers: [HealthRepository, StatusService] })
export class HealthModule {}
