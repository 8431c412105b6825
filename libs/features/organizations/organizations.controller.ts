import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  type ListOrganizationsQuery,
  listOrganizationsQuerySchema,
  organizationAccountSchema,
  organizationSummarySchema,
  suspendedOrganizationSchema,
  type SuspendOrganization,
  suspendOrganizationSchema,
} from './organizations.schema.js';
import { OrganizationsService } from './organizations.service.js';
import { SuspensionService } from './suspension.service.js';

@ApiTags('operator')
@Controller('v1/admin/organizations')
export class OrganizationsController {
  constructor(
    private readonly organizations: OrganizationsService,
    private readonly suspension: SuspensionService,
  ) {}

  @ApiOperation({
    summary: 'Lists every organization with its usage and what it will pay',
    description: 'Searched by name, email address or id, and sorted as you ask.',
  })
  @Get()
  @Requires('operator')
  @Answers(200, 'A page of organizations', pageSchema(organizationSummarySchema))
  list(@Query({ schema: listOrganizationsQuerySchema }) query: ListOrganizationsQuery) {
    return this.organizations.list(query);
  }

  @ApiOperation({
    summary: 'Shows an organization: its members, projects, keys, invoice and limits',
    description: 'Everything that an operator needs to help a customer; never their data.',
  })
  @Get(':organizationId')
  @Requires('operator')
  @Answers(200, 'The organization', organizationAccountSchema)
  get(@Param('organizationId') organizationId: string) {
    return this.organizations.get(organizationId);
  }

  @ApiOperation({
    summary: 'Suspends an organization, and tells its owners why',
    description:
      'Its keys are refused within moments on every node; its people can read invoices, export what it has and write to support; its trainings, imports and webhooks wait, those under way too.',
  })
  @Post(':organizationId/suspension')
  @Requires('operator', { isRecent: true })
  @Answers(200, 'It is suspended', suspendedOrganizationSchema)
  suspend(
    @Param('organizationId') organizationId: string,
    @Body({ schema: suspendOrganizationSchema }) body: SuspendOrganization,
  ) {
    return this.suspension.suspend(organizationId, body);
  }

  @ApiOperation({
    summary: 'Restores a suspended organization as it was',
    description: 'Its keys answer again, and what waited goes on. Its owners are told.',
  })
  @Delete(':organizationId/suspension')
  @Requires('operator', { isRecent: true })
  @Answers(200, 'It works again', suspendedOrganizationSchema)
  restore(@Param('organizationId') organizationId: string) {
    return this.suspension.restore(organizationId);
  }
}
