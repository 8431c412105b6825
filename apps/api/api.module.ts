import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AnnouncementsModule } from '../../libs/features/announcements/index.js';
import { ApiKeysModule } from '../../libs/features/api-keys/index.js';
import { AuditLogModule } from '../../libs/features/audit-log/index.js';
import { AuthenticationGuard, AuthModule } from '../../libs/features/auth/index.js';
import { BillingApiModule } from '../../libs/features/billing/index.js';
import { ConsentsModule } from '../../libs/features/consents/index.js';
import { CostsModule } from '../../libs/features/costs/index.js';
import { CouponsModule } from '../../libs/features/coupons/index.js';
import { CreditGrantsApiModule } from '../../libs/features/credit-grants/index.js';
import { CreditNotesModule } from '../../libs/features/credit-notes/index.js';
import { DataSetsModule } from '../../libs/features/data-sets/index.js';
import { DeploymentsModule } from '../../libs/features/deployments/index.js';
import { EndUsersModule } from '../../libs/features/end-users/index.js';
import { HealthModule } from '../../libs/features/health/index.js';
import { ImpersonationsModule } from '../../libs/features/impersonations/index.js';
import { InteractionsModule } from '../../libs/features/interactions/index.js';
import { InvitationsModule } from '../../libs/features/invitations/index.js';
import { InvoicesModule } from '../../libs/features/invoices/index.js';
import { LabellingModule } from '../../libs/features/labelling/index.js';
import { LimitsApiModule, OverdueGuard, RateLimitGuard } from '../../libs/features/limits/index.js';
import { MembersModule } from '../../libs/features/members/index.js';
import { ModelsModule } from '../../libs/features/models/index.js';
import { OrganizationsModule } from '../../libs/features/organizations/index.js';
import { OverdueModule } from '../../libs/features/overdue/index.js';
import { PriceListModule } from '../../libs/features/price-list/index.js';
import { PricePublicationsModule } from '../../libs/features/price-publications/index.js';
import { PriceSimulationsModule } from '../../libs/features/price-simulations/index.js';
import { ProjectsModule } from '../../libs/features/projects/index.js';
import { ReconciliationModule } from '../../libs/features/reconciliation/index.js';
import { RequestLogModule } from '../../libs/features/request-log/index.js';
import { RevenueModule } from '../../libs/features/revenue/index.js';
import { ScimModule } from '../../libs/features/scim/index.js';
import { ShowcaseModule } from '../../libs/features/showcase/index.js';
import { SignUpsModule } from '../../libs/features/sign-ups/index.js';
import { StripeEventsModule } from '../../libs/features/stripe-events/index.js';
import { SupportMessagesModule } from '../../libs/features/support-messages/index.js';
import { TrainingJobsModule } from '../../libs/features/training-jobs/index.js';
import { UploadsModule } from '../../libs/features/uploads/index.js';
import { UrlSourcesModule } from '../../libs/features/url-sources/index.js';
import { UsageApiModule } from '../../libs/features/usage/index.js';
import { PageCallsGuard, UserTokensModule } from '../../libs/features/user-tokens/index.js';
import { WebhooksModule } from '../../libs/features/webhooks/index.js';
import { CredentialsModule } from '../../libs/platform/access/credentials.js';
import { ChangesModule } from '../../libs/platform/changes/changes.module.js';
import { ClockModule } from '../../libs/platform/clock/clock.js';
import type { Config } from '../../libs/platform/config/config.js';
import { ConfigModule } from '../../libs/platform/config/config.module.js';
import { DatabaseModule } from '../../libs/platform/database/database.module.js';
import { ObjectStoreModule } from '../../libs/platform/object-store/object-store.module.js';
import { OneTimeLinksModule } from '../../libs/platform/one-time-links/one-time-links.js';
import { StripeModule } from '../../libs/platform/stripe/stripe.module.js';
import { loggingModule } from '../../libs/platform/telemetry/logging.js';
import { ENDPOINTS } from './endpoints.js';

const PLATFORM = [
  ClockModule,
  DatabaseModule,
  ChangesModule,
  CredentialsModule,
  ObjectStoreModule,
  OneTimeLinksModule,
  StripeModule,
];

const FEATURES = [
  AuthModule,
  ProjectsModule,
  DataSetsModule,
  UploadsModule,
  UrlSourcesModule,
  InteractionsModule,
  LabellingModule,
  ModelsModule,
  TrainingJobsModule,
  DeploymentsModule,
  ApiKeysModule,
  UserTokensModule,
  UsageApiModule,
  LimitsApiModule,
  BillingApiModule,
  InvoicesModule,
  StripeEventsModule,
  MembersModule,
  InvitationsModule,
  ScimModule,
  OrganizationsModule,
  OverdueModule,
  EndUsersModule,
  WebhooksModule,
  RequestLogModule,
  CostsModule,
  CouponsModule,
  CreditGrantsApiModule,
  CreditNotesModule,
  PriceSimulationsModule,
  PricePublicationsModule,
  RevenueModule,
  ReconciliationModule,
  AuditLogModule,
  PriceListModule,
  ShowcaseModule,
  SignUpsModule,
  ConsentsModule,
  SupportMessagesModule,
  ImpersonationsModule,
  AnnouncementsModule,
  HealthModule,
];

/** Before every route, in this order: who calls, then whether they call too often, and, of a page, about whom. */
const GUARDS = [AuthenticationGuard, RateLimitGuard, PageCallsGuard, OverdueGuard].map((useClass) => ({
  provide: APP_GUARD,
  useClass,
}));

@Module({})
export class ApiModule {
  static with(config: Config): DynamicModule {
    const imports = [ConfigModule.with(config), loggingModule(config), ...PLATFORM, ...FEATURES, ...ENDPOINTS];
    return { module: ApiModule, imports, providers: GUARDS };
  }
}
