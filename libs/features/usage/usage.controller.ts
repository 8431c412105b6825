import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type UsageQuery, usageQuerySchema, usageSchema } from './usage.schema.js';
import { UsageService } from './usage.service.js';

@ApiTags('usage')
@Controller('v1/usage')
export class UsageController {
  constructor(private readonly usage: UsageService) {}

  /** Sums the ledger over a time range. */
  @Get()
  @Requires('usage:read')
  @Answers(200, 'One row a group; the quantities add up to every event in the range', usageSchema)
  query(@CurrentPrincipal() { tenantId }: Principal, @Query({ schema: usageQuerySchema }) query: UsageQuery) {
    return this.usage.query(tenantId, query);
  }
}
