import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, OpenToKeys, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type UsageQuery, usageQuerySchema, usageSchema } from './usage.schema.js';
import { UsageService } from './usage.service.js';

@ApiTags('usage')
@Controller('v1/usage')
export class UsageController {
  constructor(private readonly usage: UsageService) {}

  @ApiOperation({ summary: 'Sums the ledger over a time range; for an API key, over its project' })
  @Get()
  @Requires('usage:read')
  @OpenToKeys()
  @Answers(200, 'One row a group; the quantities add up to every event in the range', usageSchema)
  query(@CurrentPrincipal() principal: Principal, @Query({ schema: usageQuerySchema }) query: UsageQuery) {
    const projectId = principal.kind === 'apiKey' ? principal.projectId : undefined;
    return this.usage.query(principal.tenantId, query, projectId);
  }
}
