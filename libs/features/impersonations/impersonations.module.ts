import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { ImpersonationsController } from './impersonations.controller.js';
import { ImpersonationsRepository } from './impersonations.repository.js';
import { ImpersonationsService } from './impersonations.service.js';

@Module({
  imports: [AuthModule, NotificationsModule],
  controllers: [ImpersonationsController],
  providers: [ImpersonationsService, ImpersonationsRepository],
})
export class ImpersonationsModule {}
