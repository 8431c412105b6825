import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, OpenToKeys, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { parseId } from '../../platform/http/ids.js';
import {
  type Correction,
  correctedSchema,
  correctionSchema,
  metersSchema,
  type UsageQuery,
  usageQuerySchema,
  usageSchema,
} from './usage.schema.js';
import { UsageService } from './usage.service.js';

@ApiTags('usage')
@Controller('v1')
export class UsageController {
  constructor(private readonly usage: UsageService) {}

  @ApiOperation({ summary: 'Sums the ledger over a time range; for an API key, over its project' })
  @Get('usage')
  @Requires('usage:read')
  @OpenToKeys()
  @Answers(200, 'One row a group; the quantities add up to every event in the range', usageSchema)
  query(@CurrentPrincipal() principal: Principal, @Query({ schema: usageQuerySchema }) query: UsageQuery) {
    const projectId = principal.kind === 'apiKey' ? principal.projectId : undefined;
    return this.usage.query(principal.tenantId, query, projectId);
  }

  @ApiOperation({ summary: 'Lists what is counted' })
  @Get('meters')
  @Requires('usage:read')
  @OpenToKeys()
  @Answers(200, 'Every meter', metersSchema)
  listMeters(@CurrentPrincipal() { tenantId }: Principal) {
    return this.usage.listMeters(tenantId);
  }

  @ApiOperation({ summary: "Corrects an organization's usage by a further entry of the ledger" })
  @Post('admin/organizations/:organizationId/usage-corrections')
  @Requires('operator')
  @Answers(201, 'The correction counts', correctedSchema)
  correct(@Param('organizationId') organizationId: string, @Body({ schema: correctionSchema }) body: Correction) {
    return this.usage.correct(parseId('organization', organizationId), body);
  }
}
