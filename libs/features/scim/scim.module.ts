import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { LimitsApiModule } from '../limits/index.js';
import { MembersModule } from '../members/index.js';
import { SingleSignOnModule } from '../single-sign-on/index.js';
import { ScimTokensController } from './scim-tokens.controller.js';
import { ScimTokensRepository } from './scim-tokens.repository.js';
import { ScimTokensService } from './scim-tokens.service.js';
import { ScimUsersRepository } from './scim-users.repository.js';
import { ScimController } from './scim.controller.js';
import { ScimService } from './scim.service.js';

@Module({
  imports: [AuthModule, LimitsApiModule, MembersModule, SingleSignOnModule],
  controllers: [ScimTokensController, ScimController],
  providers: [ScimTokensService, ScimTokensRepository, ScimService, ScimUsersRepository],
})
export class ScimModule {}
