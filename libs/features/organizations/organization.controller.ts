import { Body, Controller, Delete, Get, Patch, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { OrganizationExport } from './organization-export.js';
import { OrganizationService } from './organization.service.js';
import {
  type DeleteOrganization,
  deleteOrganizationSchema,
  organizationSchema,
  type RenameOrganization,
  renameOrganizationSchema,
} from './organizations.schema.js';

@ApiTags('organization')
@Controller('v1/organization')
export class OrganizationController {
  constructor(
    private readonly organization: OrganizationService,
    private readonly exports: OrganizationExport,
  ) {}

  @ApiOperation({ summary: 'Shows your organization' })
  @Get()
  @Requires('me:read')
  @Answers(200, 'The organization', organizationSchema)
  get(@CurrentPrincipal() { tenantId }: Principal) {
    return this.organization.get(tenantId);
  }

  @ApiOperation({ summary: 'Renames your organization' })
  @Patch()
  @Requires('organization:write')
  @Answers(200, 'The organization', organizationSchema)
  rename(
    @CurrentPrincipal() { tenantId }: Principal,
    @Body({ schema: renameOrganizationSchema }) body: RenameOrganization,
  ) {
    return this.organization.rename(tenantId, body);
  }

  @ApiOperation({
    summary:
      'Deletes your organization after seven days, during which it keeps working and the deletion can be cancelled',
    description:
      'A paid subscription ends immediately. Ledger and invoices are kept, under an id that identifies nobody.',
  })
  @Post('deletion')
  @Requires('organization:write')
  @Answers(202, 'When it is deleted', organizationSchema)
  delete(
    @CurrentPrincipal() { tenantId }: Principal,
    @Body({ schema: deleteOrganizationSchema }) body: DeleteOrganization,
  ) {
    return this.organization.scheduleDeletion(tenantId, body);
  }

  @ApiOperation({ summary: 'Cancels the deletion of your organization' })
  @Delete('deletion')
  @Requires('organization:write')
  @Answers(200, 'The organization stays', organizationSchema)
  keep(@CurrentPrincipal() { tenantId }: Principal) {
    return this.organization.takeBackDeletion(tenantId);
  }

  @ApiOperation({
    summary: 'Exports everything that your organization has: records as JSON lines, data sets as Parquet, models',
  })
  @ApiProduces('application/x-tar')
  @Get('export')
  @Requires('organization:write')
  @Answers(200, 'A tar archive')
  export(@CurrentPrincipal() { tenantId }: Principal, @Res() reply: FastifyReply) {
    void reply
      .headers({
        'content-type': 'application/x-tar',
        'content-disposition': 'attachment; filename="kindred-export.tar"',
      })
      .send(this.exports.stream(tenantId));
  }
}
