import { Module } from '@nestjs/common';
import { SignUpsController } from './sign-ups.controller.js';
import { SignUpsRepository } from './sign-ups.repository.js';
import { SignUpsService } from './sign-ups.service.js';

@Module({
  controllers: [SignUpsController],
  providers: [SignUpsService, SignUpsRepository],
  exports: [SignUpsService],
})
export class SignUpsModule {}
