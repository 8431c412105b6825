import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import { organizationSummarySchema } from './organizations.schema.js';
import { OrganizationsService } from './organizations.service.js';

@ApiTags('operator')
@Controller('v1/admin/organizations')
export class OrganizationsController {
  constructor(private readonly organizations: OrganizationsService) {}

  @ApiOperation({ summary: 'Lists every organization with its usage and what it will pay' })
  @Get()
  @Requires('operator')
  @Answers(200, 'A page of organizations, newest first', pageSchema(organizationSummarySchema))
  list(@Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.organizations.list(query);
  }
}
