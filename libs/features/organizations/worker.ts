import { Module } from '@nestjs/common';
import { CreditGrantsModule } from '../credit-grants/index.js';
import { OrganizationDeletion } from './organization-deletion.js';
import { OrganizationsRepository } from './organizations.repository.js';

/** The worker's door to this feature. */
@Module({ imports: [CreditGrantsModule], providers: [OrganizationDeletion, OrganizationsRepository] })
export class OrganizationsWorkerModule {}
