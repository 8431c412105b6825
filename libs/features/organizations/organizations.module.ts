import { Module } from '@nestjs/common';
import { BillingApiModule } from '../billing/index.js';
import { LimitsModule } from '../limits/index.js';
import { MembersModule } from '../members/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { MyOrganizationsController } from './my-organizations.controller.js';
import { OrganizationExport } from './organization-export.js';
import { OrganizationController } from './organization.controller.js';
import { OrganizationService } from './organization.service.js';
import { OrganizationsController } from './organizations.controller.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { OrganizationsService } from './organizations.service.js';
import { SuspensionService } from './suspension.service.js';

@Module({
  imports: [BillingApiModule, LimitsModule, MembersModule, NotificationsModule],
  controllers: [OrganizationsController, OrganizationController, MyOrganizationsController],
  providers: [
    OrganizationsService,
    OrganizationService,
    OrganizationExport,
    OrganizationsRepository,
    SuspensionService,
  ],
  exports: [OrganizationService],
})
export class OrganizationsModule {}
