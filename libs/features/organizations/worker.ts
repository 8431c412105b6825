import { Module } from '@nestjs/common';
import { OrganizationDeletion } from './organization-deletion.js';
import { OrganizationsRepository } from './organizations.repository.js';

/** The worker's door to this feature. */
@Module({ providers: [OrganizationDeletion, OrganizationsRepository] })
export class OrganizationsWorkerModule {}
