import { Module } from '@nestjs/common';
import { DataSetsModule } from '../data-sets/index.js';
import { ProjectsModule } from '../projects/index.js';
import { EndUsersController } from './end-users.controller.js';
import { EndUsersService } from './end-users.service.js';
import { ErasedUsers } from './erased-users.js';
import { ErasuresRepository } from './erasures.repository.js';

@Module({
  imports: [DataSetsModule, ProjectsModule],
  controllers: [EndUsersController],
  providers: [EndUsersService, ErasedUsers, ErasuresRepository],
  exports: [ErasedUsers],
})
export class EndUsersModule {}
