import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CollectionWorkerModule } from '../../libs/features/invoices/worker.js';
import { StripeEventsWorkerModule } from '../../libs/features/stripe-events/worker.js';
import { ClockModule } from '../../libs/platform/clock/clock.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { ConfigModule } from '../../libs/platform/config/config.module.js';
import { DatabaseModule } from '../../libs/platform/database/database.module.js';
import { StripeModule } from '../../libs/platform/stripe/stripe.module.js';

const PLATFORM = [ConfigModule.with(readConfig()), ClockModule, DatabaseModule, StripeModule];

@Module({ imports: [...PLATFORM, CollectionWorkerModule, StripeEventsWorkerModule] })
class StripeWorkerModule {}

// The part of a worker that speaks with Stripe. It may be killed without harm to the imports and jobs of other tests.
await NestFactory.createApplicationContext(StripeWorkerModule, { logger: false });
process.send?.('ready');
