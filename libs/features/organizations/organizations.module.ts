import { Module } from '@nestjs/common';
import { BillingModule } from '../billing/index.js';
import { LimitsModule } from '../limits/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { OrganizationExport } from './organization-export.js';
import { OrganizationController } from './organization.controller.js';
import { OrganizationService } from './organization.service.js';
import { OrganizationsController } from './organizations.controller.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { OrganizationsService } from './organizations.service.js';

@Module({
  imports: [BillingModule, LimitsModule, NotificationsModule],
  controllers: [OrganizationsController, OrganizationController],
  providers: [OrganizationsService, OrganizationService, OrganizationExport, OrganizationsRepository],
  exports: [OrganizationService],
})
export class OrganizationsModule {}
