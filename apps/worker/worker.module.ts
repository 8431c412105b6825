import { type DynamicModule, Module } from '@nestjs/common';
import { OverdueWorkerModule } from '../../libs/features/billing/worker.js';
import { CouponsWorkerModule } from '../../libs/features/coupons/worker.js';
import { CreditTopUpsWorkerModule } from '../../libs/features/credit-grants/worker.js';
import { CreditNotesWorkerModule } from '../../libs/features/credit-notes/worker.js';
import { ImportsWorkerModule } from '../../libs/features/data-sets/worker.js';
import { ErasuresWorkerModule } from '../../libs/features/end-users/worker.js';
import { HealthWorkerModule } from '../../libs/features/health/worker.js';
import { ImpersonationsWorkerModule } from '../../libs/features/impersonations/worker.js';
import { CollectionWorkerModule, InvoicesWorkerModule } from '../../libs/features/invoices/worker.js';
import { LimitsWorkerModule } from '../../libs/features/limits/worker.js';
import { NotificationsWorkerModule } from '../../libs/features/notifications/worker.js';
import { OrganizationsWorkerModule } from '../../libs/features/organizations/worker.js';
import { PriceMovesWorkerModule } from '../../libs/features/price-publications/worker.js';
import { RetentionWorkerModule } from '../../libs/features/retention/worker.js';
import { SingleSignOnWorkerModule } from '../../libs/features/single-sign-on/worker.js';
import { StripeEventsWorkerModule } from '../../libs/features/stripe-events/worker.js';
import { TrainingWorkerModule } from '../../libs/features/training-jobs/worker.js';
import { UrlSourcesWorkerModule } from '../../libs/features/url-sources/worker.js';
import { WebhooksWorkerModule } from '../../libs/features/webhooks/worker.js';
import { ClockFollowerModule } from '../../libs/platform/clock/clock-follower.js';
import { ClockModule } from '../../libs/platform/clock/clock.js';
import type { Config } from '../../libs/platform/config/config.js';
import { ConfigModule } from '../../libs/platform/config/config.module.js';
import { DatabaseModule } from '../../libs/platform/database/database.module.js';
import { MailModule } from '../../libs/platform/mail/mail.module.js';
import { ObjectStoreModule } from '../../libs/platform/object-store/object-store.module.js';
import { StripeModule } from '../../libs/platform/stripe/stripe.module.js';
import { loggingModule } from '../../libs/platform/telemetry/logging.js';
import { ProcessImportRunner } from './process-import-runner.js';
import { ProcessTrainingRunner } from './process-training-runner.js';
import { ProcessUserEraser } from './process-user-eraser.js';

const PLATFORM = [ClockModule, ClockFollowerModule, DatabaseModule, ObjectStoreModule, MailModule];

const FEATURES = [
  HealthWorkerModule,
  LimitsWorkerModule,
  NotificationsWorkerModule,
  WebhooksWorkerModule,
  UrlSourcesWorkerModule,
  RetentionWorkerModule,
  OrganizationsWorkerModule,
  InvoicesWorkerModule,
  ImpersonationsWorkerModule,
  SingleSignOnWorkerModule,
];

/** Of workers that have its key; of several, one that has it is enough. */
const STRIPE = [
  StripeModule,
  OverdueWorkerModule,
  CollectionWorkerModule,
  StripeEventsWorkerModule,
  PriceMovesWorkerModule,
  CouponsWorkerModule,
  CreditTopUpsWorkerModule,
  CreditNotesWorkerModule,
];

@Module({})
export class WorkerModule {
  static with(config: Config): DynamicModule {
    const features = [
      ...FEATURES,
      ImportsWorkerModule.with(ProcessImportRunner),
      ErasuresWorkerModule.with(ProcessUserEraser),
      TrainingWorkerModule.with(ProcessTrainingRunner),
      ...(config.STRIPE_SECRET_KEY ? STRIPE : []),
    ];
    return {
      module: WorkerModule,
      imports: [ConfigModule.with(config), loggingModule(config), ...PLATFORM, ...features],
    };
  }
}
