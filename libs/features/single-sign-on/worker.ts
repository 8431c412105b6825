import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/index.js';
import { DomainChecks } from './domain-checks.js';
import { SingleSignOnRepository } from './single-sign-on.repository.js';

/** The worker's door to this feature. */
@Module({ imports: [NotificationsModule], providers: [DomainChecks, SingleSignOnRepository] })
export class SingleSignOnWorkerModule {}
