import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { EndUsersModule } from '../end-users/index.js';
import { ServingModule } from '../serving/index.js';
import { ShowcaseController } from './showcase.controller.js';
import { ShowcaseRepository } from './showcase.repository.js';
import { ShowcaseService } from './showcase.service.js';

@Module({
  imports: [AuthModule, EndUsersModule, ServingModule],
  controllers: [ShowcaseController],
  providers: [ShowcaseService, ShowcaseRepository],
})
export class ShowcaseModule {}
