import { Module } from '@nestjs/common';
import { SingleSignOnController } from './single-sign-on.controller.js';
import { SingleSignOnRepository } from './single-sign-on.repository.js';
import { SingleSignOnService } from './single-sign-on.service.js';

@Module({
  controllers: [SingleSignOnController],
  providers: [SingleSignOnService, SingleSignOnRepository],
  exports: [SingleSignOnService],
})
export class SingleSignOnModule {}
