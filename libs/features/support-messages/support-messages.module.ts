import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { BillingApiModule } from '../billing/index.js';
import { SupportMessagesController } from './support-messages.controller.js';
import { SupportMessagesRepository } from './support-messages.repository.js';
import { SupportMessagesService } from './support-messages.service.js';

@Module({
  imports: [AuthModule, BillingApiModule],
  controllers: [SupportMessagesController],
  providers: [SupportMessagesService, SupportMessagesRepository],
})
export class SupportMessagesModule {}
