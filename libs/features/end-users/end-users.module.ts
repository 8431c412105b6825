import { Module } from '@nestjs/common';
import { DataSetsModule } from '../data-sets/index.js';
import { ProjectsModule } from '../projects/index.js';
import { EndUsersController } from './end-users.controller.js';
import { EndUsersService } from './end-users.service.js';
import { ErasedUsers } from './erased-users.js';
import { ErasuresRepository } from './erasures.repository.js';
import { HistoriesController } from './histories.controller.js';
import { HistoriesService } from './histories.service.js';
import { UserMergesController } from './user-merges.controller.js';
import { UserMergesRepository } from './user-merges.repository.js';
import { UserMergesService } from './user-merges.service.js';

@Module({
  imports: [DataSetsModule, ProjectsModule],
  controllers: [EndUsersController, HistoriesController, UserMergesController],
  providers: [
    EndUsersService,
    HistoriesService,
    ErasedUsers,
    ErasuresRepository,
    UserMergesService,
    UserMergesRepository,
  ],
  exports: [ErasedUsers, HistoriesService, UserMergesRepository],
})
export class EndUsersModule {}
