import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  type ListOrganizationsQuery,
  listOrganizationsQuerySchema,
  organizationAccountSchema,
  organizationSummarySchema,
} from './organizations.schema.js';
import { OrganizationsService } from './organizations.service.js';

@ApiTags('operator')
@Controller('v1/admin/organizations')
export class OrganizationsController {
  constructor(private readonly organizations: OrganizationsService) {}

  @ApiOperation({ summary: 'Lists every organization with its usage and what it will pay' })
  @Get()
  @Requires('operator')
  @Answers(200, 'A page of organizations', pageSchema(organizationSummarySchema))
  list(@Query({ schema: listOrganizationsQuerySchema }) query: ListOrganizationsQuery) {
    return this.organizations.list(query);
  }

  @ApiOperation({ summary: 'Shows an organization: its members, projects, keys, invoice and limits' })
  @Get(':organizationId')
  @Requires('operator')
  @Answers(200, 'The organization', organizationAccountSchema)
  get(@Param('organizationId') organizationId: string) {
    return this.organizations.get(organizationId);
  }
}
