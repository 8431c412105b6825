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

  @ApiOperation({
    summary: 'Shows your organization',
    description: '`deletesAt` is set while it is about to be deleted.',
  })
  @Get()
  @Requires('organization:read')
  @Answers(200, 'The organization', organizationSchema)
  get(@CurrentPrincipal() { tenantId }: Principal) {
    return this.organization.get(tenantId);
  }

  @ApiOperation({
    summary: 'Renames your organization',
    description: 'Ids, keys and everything that belongs to it stay as they are.',
  })
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
  @Requires('organization:write', { isRecent: true })
  @Answers(202, 'When it is deleted', organizationSchema)
  delete(
    @CurrentPrincipal() { tenantId }: Principal,
    @Body({ schema: deleteOrganizationSchema }) body: DeleteOrganization,
  ) {
    return this.organization.scheduleDeletion(tenantId, body);
  }

  @ApiOperation({
    summary: 'Cancels the deletion of your organization',
    description: 'Within the seven days. A subscription that ended with the request is not taken up again.',
  })
  @Delete('deletion')
  @Requires('organization:write')
  @Answers(200, 'The organization stays', organizationSchema)
  keep(@CurrentPrincipal() { tenantId }: Principal) {
    return this.organization.takeBackDeletion(tenantId);
  }

  @ApiOperation({
    summary: 'Exports everything that your organization has: records as JSON lines, data sets as Parquet, models',
    description: 'A tar archive, which is written while it is sent: save it to a file.',
  })
  @ApiProduces('application/x-tar')
  @Get('export')
  @Requires('organization:write', { isExport: true })
  @Answers(200, 'A tar archive')
  async export(@CurrentPrincipal() { tenantId }: Principal, @Res() reply: FastifyReply) {
    const archive = await this.exports.stream(tenantId);
    void reply
      .headers({
        'content-type': 'application/x-tar',
        'content-disposition': 'attachment; filename="kindred-export.tar"',
      })
      .send(archive);
  }
}
