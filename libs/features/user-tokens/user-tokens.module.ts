import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/index.js';
import { PageCallsGuard } from './page-calls.guard.js';
import { UserTokenSecretsController } from './user-token-secrets.controller.js';
import { UserTokenSecretsRepository } from './user-token-secrets.repository.js';
import { UserTokenSecretsService } from './user-token-secrets.service.js';
import { UserTokens } from './user-tokens.js';

@Module({
  imports: [ProjectsModule],
  controllers: [UserTokenSecretsController],
  providers: [UserTokenSecretsService, UserTokenSecretsRepository, UserTokens, PageCallsGuard],
  exports: [UserTokens],
})
export class UserTokensModule {}
