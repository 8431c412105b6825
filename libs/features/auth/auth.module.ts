import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { TokenBuckets } from '../../platform/throttle/token-buckets.js';
import { ConsentsModule } from '../consents/index.js';
import { MembersModule } from '../members/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { OrganizationsModule } from '../organizations/index.js';
import { SignUpsModule } from '../sign-ups/index.js';
import { SingleSignOnModule } from '../single-sign-on/index.js';
import { AccountAudit } from './account-audit.js';
import { AccountExport } from './account-export.js';
import { AccountMails } from './account-mails.js';
import { AccountController } from './account.controller.js';
import { AccountService } from './account.service.js';
import { AuthController } from './auth.controller.js';
import { AuthRepository } from './auth.repository.js';
import { AuthService } from './auth.service.js';
import { IdentitiesController } from './identities/identities.controller.js';
import { IdentitiesRepository } from './identities/identities.repository.js';
import { IdentitiesService } from './identities/identities.service.js';
import { ProviderVisits } from './identities/provider-visits.js';
import { Providers } from './identities/providers.js';
import { VouchedAccounts } from './identities/vouched-accounts.js';
import { LiveSessions } from './live-sessions.service.js';
import { PasskeysController } from './passkeys.controller.js';
import { PasskeysRepository } from './passkeys.repository.js';
import { Passkeys } from './passkeys.service.js';
import { Passwords } from './passwords.js';
import { SecondFactorCodes } from './second-factor-codes.js';
import { SecondFactorsController } from './second-factors.controller.js';
import { SecondFactorsRepository } from './second-factors.repository.js';
import { SecondFactorsService } from './second-factors.service.js';
import { SessionStrategy } from './session.strategy.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';
import { StepUpController } from './step-up.controller.js';
import { StepUpService } from './step-up.service.js';
import { Throttle } from './throttle.js';

@Module({
  imports: [
    PassportModule,
    ConsentsModule,
    MembersModule,
    NotificationsModule,
    OrganizationsModule,
    SignUpsModule,
    SingleSignOnModule,
  ],
  controllers: [
    AuthController,
    AccountController,
    SessionsController,
    StepUpController,
    SecondFactorsController,
    PasskeysController,
    IdentitiesController,
  ],
  providers: [
    AuthService,
    LiveSessions,
    AccountService,
    AccountExport,
    AccountMails,
    AccountAudit,
    SessionsService,
    StepUpService,
    Passkeys,
    PasskeysRepository,
    SecondFactorCodes,
    SecondFactorsRepository,
    SecondFactorsService,
    IdentitiesRepository,
    IdentitiesService,
    ProviderVisits,
    Providers,
    VouchedAccounts,
    AuthRepository,
    Passwords,
    Throttle,
    TokenBuckets,
    SessionStrategy,
  ],
  exports: [StepUpService, AuthService, LiveSessions, Throttle, VouchedAccounts],
})
export class AuthModule {}
